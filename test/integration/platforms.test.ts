import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as v from 'valibot';
import { runSample } from '../../src/cli/sample.ts';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import { ClusterError } from '../../src/cluster/errors.ts';
import { type Cluster, peerAddress } from '../../src/cluster/model.ts';
import { writeDescription } from '../../src/cluster/description.ts';
import { ConnectionError } from '../../src/postgres/errors.ts';
import { withoutEffect } from '../../src/postgres/explain.ts';
import { connect } from '../../src/postgres/session.ts';
import { toRequest } from '../../src/cluster/provision/request.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import {
  createTestService,
  makeTestDirectory,
  nodeNamed,
  onNode,
  removeTestDirectory,
  settledStatus,
} from '../support/clusters.ts';
import { assertNothingLeft, placeOf } from '../support/leftovers.ts';
import { proposeOn, TEST_PLATFORMS, type TestPlatform } from '../support/platforms.ts';

const Count = v.object({ n: v.number() });
/** Steps that a provisioning is cancelled in: before, between and after servers run. */
const CANCELLED_AT = [
  /^Make coordinator1’s/,
  /^Install .* in worker1/,
  /^Copy coordinator1/,
  /^Start coordinator2/,
];
const SAMPLE = path.join(import.meta.dirname, '../../resources/sample.sql');

/** What holds whatever a cluster is made of. */
const describePlatform = (platform: TestPlatform): void => {
  describe(`a cluster of ${platform.title}`, function () {
    this.timeout(600_000);
    let directory: string | undefined;
    let service: ClusterService;
    let cluster: Cluster;

    before(async function () {
      await platform.need(this);
      const settings = await platform.settings();
      directory = await makeTestDirectory();
      service = createTestService(directory, { settings });
      cluster = await service.provision(toRequest(await proposeOn(platform, service)));
    });
    after(async () => {
      if (directory === undefined) return;
      await service.close();
      await removeTestDirectory(directory);
    });

    it('says what it is made of', () => {
      assert.equal(cluster.runtime.kind, platform.runtime);
      assert.equal(cluster.sharding, platform.sharding);
      assert.match(cluster.shardingVersion, /^\d+\./);
    });

    it('has a primary, a standby that streams, and workers', async () => {
      const status = await settledStatus(service, cluster);
      assert.deepEqual(
        cluster.nodes.map(({ name }) => [name, status.get(name)?.state, status.get(name)?.role]),
        [
          ['coordinator1', 'running', 'primary'],
          ['coordinator2', 'running', 'standby'],
          ['worker1', 'running', undefined],
          ['worker2', 'running', undefined],
        ],
      );
      assert.equal(status.get('coordinator2')?.streaming, true);
    });

    it('runs the sample, twice, as it stands', async () => {
      const sample = await readFile(SAMPLE, 'utf8');
      await runSample(service, cluster, sample);
      const results = await runSample(service, cluster, sample);
      const reads = results.filter(({ sql }) => sql.includes('id < 8'));
      assert.deepEqual(
        reads.map(({ node, role, rows }) => [node, role, rows.slice(0, 4).map(([, data]) => data)]),
        [
          ['coordinator2', 'standby', ['10', '20', '30', '40']],
          ['coordinator1', 'primary', ['20', '40', '60', '40']],
          ['coordinator2', 'standby', ['20', '40', '60', '40']],
        ],
      );
      const update = results.find(({ sql }) => sql.includes('UPDATE'));
      assert.deepEqual([update?.node, update?.rows], ['coordinator2', [['t', 'UPDATE 3']]]);
    });

    it('tells its tables, shards and their sizes on a standby too', async () => {
      const sharding = service.sharding(cluster);
      for (const coordinator of ['coordinator1', 'coordinator2']) {
        await onNode(service, cluster, coordinator, async (session) => {
          const [table] = await sharding.listTables(session);
          assert.deepEqual(
            [table?.schema, table?.name, table?.type, table?.distributionColumn, table?.shardCount],
            ['public', 'sample', 'distributed', 'id', 32],
          );
          const shards = await sharding.listShards(session, table!);
          assert.equal(shards.length, 32);
          assert.equal(new Set(shards.map(({ holds }) => holds)).size, 32);
          const here = await onNode(service, cluster, 'worker1', (worker) =>
            sharding.shardSizes(worker, shards),
          );
          assert.equal(here.size, 16);
          const placements = [...(await sharding.countPlacements(session)).values()];
          assert.deepEqual(
            placements.filter((count) => count > 0),
            [16, 16],
          );
        });
      }
    });

    it('knows where a statement would run', async () => {
      const sharding = service.sharding(cluster);
      await onNode(service, cluster, 'coordinator2', async (session) => {
        const reach = (sql: string) => withoutEffect(session, () => sharding.reach(session, sql));
        const one = await reach('SELECT * FROM sample WHERE id = 7');
        assert.deepEqual([one.kind, one.kind === 'shards' && one.tasks], ['shards', 1]);
        const all = await reach('SELECT count(*) FROM sample');
        assert.deepEqual([all.kind, all.kind === 'shards' && all.tasks], ['shards', 32]);
        assert.deepEqual(await reach('SELECT 1'), { kind: 'coordinator' });
      });
    });

    it('adds a worker that new tables use, or nothing', async () => {
      const stop = new AbortController();
      const adding = service.addWorker(cluster, {
        signal: stop.signal,
        onProgress: ({ running }) => {
          if (running.some((title) => title.startsWith('Add worker3'))) stop.abort();
        },
      });
      await assert.rejects(adding, (error) => ClusterError.is(error, 'cancelled'));
      assert.deepEqual(await service.list(), [cluster]);

      cluster = await service.addWorker(cluster);
      assert.deepEqual(await service.list(), [cluster]);
      assert.equal((await settledStatus(service, cluster)).get('worker3')?.state, 'running');
      const sharding = service.sharding(cluster);
      await onNode(service, cluster, 'coordinator1', async (session) => {
        await session.run('CREATE TABLE wider (id int PRIMARY KEY)');
        await sharding.distributeTable(
          session,
          { schema: 'public', name: 'wider' },
          { column: 'id', shardCount: 6 },
        );
        await session.run('INSERT INTO wider SELECT generate_series(1, 1000)');
        const wider = (await sharding.listTables(session)).find(({ name }) => name === 'wider');
        const shards = await sharding.listShards(session, wider!);
        const nodes = new Set(
          shards.flatMap(({ placements }) =>
            placements.map(({ nodePort, nodeHost }) => `${nodeHost}:${nodePort}`),
          ),
        );
        assert.equal(nodes.size, 3);
        await session.run('DROP TABLE wider');
      });
    });

    it('takes out a worker whose adding was cut off by a crash', async () => {
      const sharding = service.sharding(cluster);
      const worker = { name: 'worker3', ...peerAddress(nodeNamed(cluster, 'worker3')) };
      await onNode(service, cluster, 'coordinator1', (session) => sharding.removeWorker(session, worker));
      const { files } = await localMachine.runtime(cluster);
      await writeDescription(files, { ...cluster, adding: 'worker3' });
      // The primary is still at it for the window that crashed.
      const credentials = await service.credentials(cluster, nodeNamed(cluster, 'coordinator1'));
      const late = await connect(credentials, { applicationName: 'citus-provision' });
      await late.run('BEGIN');
      await sharding.addWorker(late, worker);
      const [seen] = await service.list();
      await assert.rejects(late.run('COMMIT'), ConnectionError);
      assert.deepEqual(
        seen?.nodes.map(({ name }) => name),
        ['coordinator1', 'coordinator2', 'worker1', 'worker2'],
      );
      const workers = await onNode(service, seen, 'coordinator1', (session) =>
        service.sharding(seen).listWorkers(session),
      );
      assert.equal(workers.length, 2);
      cluster = seen!;
    });

    it('stops and starts, and the data is there', async () => {
      await service.stop(cluster);
      assert.deepEqual(
        [...(await settledStatus(service, cluster)).values()].map(({ state }) => state),
        Array(4).fill('stopped'),
      );
      await service.start(cluster);
      const rows = await onNode(service, cluster, 'coordinator1', (session) =>
        session.query(Count, 'SELECT count(*)::int AS n FROM sample'),
      );
      assert.deepEqual(rows, [{ n: 10_000 }]);
    });

    it('leaves nothing when it is destroyed', async () => {
      assert.deepEqual(await service.destroy(cluster), []);
      const { name, folder, nodes } = cluster;
      await assertNothingLeft({ name, folder, ports: nodes.map(({ port }) => port) });
      assert.deepEqual(await service.list(), []);
    });

    it('leaves nothing of a provisioning that is cancelled, early or late', async () => {
      for (const step of CANCELLED_AT) {
        const proposal = await proposeOn(platform, service, { name: `cancelled-${process.pid}` });
        const stop = new AbortController();
        const provisioning = service.provision(toRequest(proposal), {
          signal: stop.signal,
          onProgress: ({ running }) => {
            if (running.some((title) => step.test(title))) stop.abort();
          },
        });
        await assert.rejects(provisioning, (error) => ClusterError.is(error, 'cancelled'));
        await assertNothingLeft(placeOf(proposal), `cancelled at ${step.source}`);
        assert.deepEqual(await service.list(), []);
      }
    });
  });
};

for (const platform of TEST_PLATFORMS) describePlatform(platform);
