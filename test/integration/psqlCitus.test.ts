import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../src/sql/run/run.ts';
import { clusterTarget } from '../../src/sql/run/target.ts';
import { nodeNamed, provisionTestCluster } from '../support/clusters.ts';
import { newRun, outcomes } from '../support/sql.ts';

describe('psql’s commands on a Citus cluster', function () {
  this.timeout(120_000);
  let service: ClusterService;
  let cluster: Cluster;
  let remove: (() => Promise<void>) | undefined;
  const files: FileSession[] = [];

  before(async function () {
    ({ service, cluster, remove } = await provisionTestCluster(this));
  });
  after(async () => {
    await Promise.all(files.map((file) => file.close()));
    await remove?.();
  });

  const runOn = async (node: string, text: string, ask?: Parameters<typeof newRun>[4]): Promise<SqlRun> => {
    const target = clusterTarget(service, cluster, nodeNamed(cluster, node));
    const file = new FileSession(target, 'test.sql');
    files.push(file);
    const run = newRun(file, target, text, undefined, ask);
    await run.run();
    return run;
  };
  const distribution = async (run: SqlRun, id: number): Promise<(string | null)[][]> =>
    (await run.statements[id]!.rows(0, 1000))
      .filter(([, part]) => part === 'distribution')
      .map(([, , name, , details]) => [name!, details!]);

  it('shows how a table is distributed', async () => {
    const made = await runOn(
      'coordinator1',
      `CREATE TABLE orders (id bigint, customer_id int, note text);
      SELECT create_distributed_table('orders', 'customer_id', shard_count => 8);
      CREATE TABLE colours (id int PRIMARY KEY);
      SELECT create_reference_table('colours');
      CREATE TABLE plain (id int);
      SELECT colocationid AS "group" FROM pg_dist_partition WHERE logicalrelid = 'orders'::regclass;`,
    );
    const [group] = await made.statements[5]!.rows(0, 1);
    const run = await runOn('coordinator1', '\\d orders\n\\d colours\n\\d plain');
    assert.deepEqual(await distribution(run, 0), [
      ['kind', 'distributed table'],
      ['distribution column', 'customer_id'],
      ['colocation group', group![0]],
      ['shards', '8'],
    ]);
    const [kind, , shards] = await distribution(run, 1);
    assert.match(kind![1]!, /^reference table/);
    assert.deepEqual(shards, ['shards', '1']);
    assert.deepEqual(await distribution(run, 2), []);
  });

  it('goes to another node by its name until the run ends', async () => {
    const run = await runOn(
      'coordinator2',
      `SELECT pg_is_in_recovery();\n\\c - - coordinator1\nSELECT pg_is_in_recovery();\nINSERT INTO orders VALUES (1, 1, 'from afar');`,
    );
    assert.deepEqual(outcomes(run.view), ['done SELECT 1', 'done \\c', 'done SELECT 1', 'done INSERT 0 1']);
    assert.deepEqual(await run.statements[0]!.rows(0, 1), [['t']]);
    assert.deepEqual(await run.statements[2]!.rows(0, 1), [['f']]);
    assert.deepEqual(
      run.view.statements.map(({ target }) => target.node),
      ['coordinator2', 'coordinator2', 'coordinator1', 'coordinator1'],
    );
  });

  it('goes on with variables, branches and parameters behind a write that ran on the primary', async () => {
    const run = await runOn(
      'coordinator2',
      `\\set n 5\n\\if true\nINSERT INTO orders VALUES (:n, :customer, 'bound');\nSELECT count(*) FROM orders WHERE id = :n AND customer_id = :customer;\n\\else\nSELECT 1/0;\n\\endif`,
      { ask: () => Promise.resolve('77') },
    );
    const write = run.view.statements[2]!;
    assert.equal(write.state, 'failed');
    assert.ok(write.failure!.remedies.some(({ id }) => id === 'primary'));
    await run.applyRemedy(2, 'primary');
    assert.deepEqual(outcomes(run.view).slice(2, 6), [
      'done INSERT 0 1',
      'done SELECT 1',
      'done \\else',
      'skipped',
    ]);
    assert.deepEqual(await run.statements[3]!.rows(0, 1), [['1']]);
  });

  it('takes rows in the file to the primary, too', async () => {
    const run = await runOn(
      'coordinator2',
      `COPY orders FROM STDIN;\n9\t9\tnine\n10\t10\tten\n\\.\nSELECT count(*) FROM orders WHERE id IN (9, 10);`,
    );
    await run.applyRemedy(0, 'primary');
    assert.deepEqual(outcomes(run.view), ['done COPY 2', 'done SELECT 1']);
    assert.deepEqual(await run.statements[1]!.rows(0, 1), [['2']]);
  });
});
