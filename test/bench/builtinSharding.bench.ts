import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { toRequest } from '../../src/cluster/provision/request.ts';
import type { Session } from '../../src/postgres/session.ts';
import type { BenchResult } from '../support/bench.ts';
import { createTestService, makeTestDirectory, onNode, removeTestDirectory } from '../support/clusters.ts';
import { median } from '../support/median.ts';
import { CITUS, proposeOn, TEST_PLATFORMS, type TestPlatform } from '../support/platforms.ts';

export const name = 'Built-in sharding against Citus';

const ROUNDS = 5;
const MAKE = `DROP TABLE IF EXISTS measured; CREATE TABLE measured (id int PRIMARY KEY, data int);
  SELECT create_distributed_table('measured', 'id', shard_count => 32)`;
const STATEMENTS = {
  'an INSERT of 10,000 rows': 'INSERT INTO measured SELECT i, i FROM generate_series(1, 10000) AS i',
  'a look at all rows': 'SELECT * FROM measured',
  'a look at 1 row, 100 times': `DO $$ BEGIN FOR i IN 1..100 LOOP EXECUTE format('SELECT FROM measured WHERE id = %s', i); END LOOP; END $$`,
};

/** Milliseconds that each statement takes on a new table. */
const measure = async (session: Session): Promise<number[]> => {
  await session.run(MAKE);
  const times: number[] = [];
  for (const statement of Object.values(STATEMENTS)) {
    const begun = performance.now();
    await session.run(statement);
    times.push(performance.now() - begun);
  }
  return times;
};

/** Both do the same by turns, so that both meet the same machine. */
export const run = async (): Promise<BenchResult[]> => {
  const builtin = TEST_PLATFORMS.find(({ sharding, label }) => sharding === 'postgres_fdw' && label !== '');
  if (builtin === undefined) throw new Error('There is no platform with built-in sharding.');
  const directory = await makeTestDirectory();
  try {
    const service = createTestService(directory);
    const clusters = [
      await provision(service, CITUS, 'citus'),
      await provision(service, builtin, 'builtin'),
    ] as const;
    const rounds: [citus: number[], builtin: number[]][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const on = (cluster: Cluster): Promise<number[]> => onNode(service, cluster, 'coordinator1', measure);
      rounds.push([await on(clusters[0]), await on(clusters[1])]);
    }
    await service.close();
    return Object.keys(STATEMENTS).map((label, index) => ({
      label,
      value: median(rounds.map(([, times]) => times[index] ?? 0)),
      unit: 'ms',
      reference: median(rounds.map(([times]) => times[index] ?? 0)),
      limit: 3,
    }));
  } finally {
    await removeTestDirectory(directory);
  }
};

const provision = async (
  service: ClusterService,
  platform: TestPlatform,
  clusterName: string,
): Promise<Cluster> =>
  service.provision(toRequest(await proposeOn(platform, service, { name: clusterName, coordinators: 1 })));
