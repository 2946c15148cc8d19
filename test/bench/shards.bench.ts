import type { Session } from '../../src/postgres/session.ts';
import type { BenchResult } from '../support/bench.ts';
import { makeTestCluster, onNode } from '../support/clusters.ts';
import { median } from '../support/median.ts';

export const name = 'Statements over 32 shards on 2 workers';

const ROUNDS = 5;
const STATEMENT = 'SELECT kind, count(*), max(data) FROM sample GROUP BY kind';

/** Milliseconds that the statement takes in a session that has sent nothing to the workers yet. */
const measure = async (session: Session): Promise<number> => {
  const begun = performance.now();
  await session.run(STATEMENT);
  return performance.now() - begun;
};

/** As many connections to a worker as a cluster is provisioned with, against as many as Citus opens, by turns. */
export const run = async (): Promise<BenchResult[]> => {
  const { service, cluster, remove } = await makeTestCluster();
  const onCoordinator = <T>(use: (session: Session) => Promise<T>): Promise<T> =>
    onNode(service, cluster, 'coordinator1', use);
  try {
    await onCoordinator(async (session) => {
      await session.run('CREATE TABLE sample (id int, kind int, data text)');
      await session.run(`SELECT create_distributed_table('sample', 'id', shard_count => 32)`);
      await session.run(
        'INSERT INTO sample SELECT i, i % 100, md5(i::text) FROM generate_series(1, 1000000) i',
      );
    });
    const ours: number[] = [];
    const reference: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      reference.push(
        await onCoordinator(async (session) => {
          await session.run('SET citus.max_adaptive_executor_pool_size = 16');
          return measure(session);
        }),
      );
      ours.push(await onCoordinator(measure));
    }
    return [
      {
        label: 'a million rows grouped, as provisioned, against up to 16 connections to a worker',
        value: median(ours),
        unit: 'ms',
        reference: median(reference),
        limit: 1,
      },
    ];
  } finally {
    await remove();
  }
};
