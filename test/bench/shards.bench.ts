import type { BenchResult } from '../support/bench.ts';
import { median } from '../support/median.ts';
import {
  createTestService,
  makeTestDirectory,
  onNode,
  proposeTestCluster,
  removeTestDirectory,
} from '../support/clusters.ts';
import { toRequest } from '../../src/cluster/provision/request.ts';

export const name = 'Statements over 32 shards on 2 workers';

const ROUNDS = 5;
/** As Citus comes. */
const CITUS_OWN = ['SET citus.max_adaptive_executor_pool_size = 16', 'SET jit = on'];
const STATEMENT = 'SELECT kind, count(*), max(data) FROM sample GROUP BY kind';

/** A cluster's settings as provisioned, against those that Citus and PostgreSQL have by themselves, by turns. */
export const run = async (): Promise<BenchResult[]> => {
  const directory = await makeTestDirectory();
  const service = createTestService(directory);
  try {
    const cluster = await service.provision(toRequest(await proposeTestCluster(service)));
    const measure = (settings: readonly string[]): Promise<number> =>
      onNode(service, cluster, 'coordinator1', async (session) => {
        for (const setting of settings) await session.run(setting);
        const begun = performance.now();
        await session.run(STATEMENT);
        return performance.now() - begun;
      });
    await onNode(service, cluster, 'coordinator1', async (session) => {
      await session.run('CREATE TABLE sample (id int, kind int, data text)');
      await session.run(`SELECT create_distributed_table('sample', 'id', shard_count => 32)`);
      await session.run(
        'INSERT INTO sample SELECT i, i % 100, md5(i::text) FROM generate_series(1, 1000000) i',
      );
    });
    const ours: number[] = [];
    const reference: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      reference.push(await measure(CITUS_OWN));
      ours.push(await measure([]));
    }
    return [
      {
        label: 'a million rows grouped, with the settings of a provisioned cluster, against the servers’ own',
        value: median(ours),
        unit: 'ms',
        reference: median(reference),
        limit: 1,
      },
    ];
  } finally {
    await service.close();
    await removeTestDirectory(directory);
  }
};
