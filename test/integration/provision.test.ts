import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import type { ClusterService, Progress } from '../../src/cluster/clusters.ts';
import { readDescription } from '../../src/cluster/description.ts';
import { ClusterError } from '../../src/cluster/errors.ts';
import { withLock } from '../../src/runtime/lock.ts';
import { type Cluster, paths } from '../../src/cluster/model.ts';
import { toRequest } from '../../src/cluster/provision/request.ts';
import { Registry } from '../../src/cluster/registry.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import {
  createTestService,
  makeTestDirectory,
  needCitus,
  nodeNamed,
  onNode,
  postmasterOf,
  proposeTestCluster,
  removeTestDirectory,
  settledStatus,
} from '../support/clusters.ts';
import { assertNothingLeft, placeOf } from '../support/leftovers.ts';

const Count = v.object({ n: v.number() });

describe('provisioning', function () {
  this.timeout(120_000);
  let directory: string;
  let service: ClusterService;

  before(async function () {
    await needCitus(this);
  });
  beforeEach(async () => {
    directory = await makeTestDirectory();
    service = createTestService(directory);
  });
  afterEach(async () => {
    await service.close();
    await removeTestDirectory(directory);
  });

  it('makes a primary, a standby that streams, and workers that both see', async () => {
    const proposal = await proposeTestCluster(service);
    const cluster = await service.provision(toRequest(proposal));
    assert.deepEqual(
      (await service.list()).map(({ id }) => id),
      [cluster.id],
    );
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

    await onNode(service, cluster, 'coordinator1', async (session) => {
      await session.run('CREATE TABLE t (id int PRIMARY KEY)');
      await session.run("SELECT create_distributed_table('t', 'id')");
      await session.run('INSERT INTO t SELECT generate_series(1, 100)');
    });
    const { catchUp } = await import('../../src/cluster/replication.ts');
    await onNode(service, cluster, 'coordinator1', (session) => catchUp(session, 'coordinator2'));
    const [row] = await onNode(service, cluster, 'coordinator2', (session) =>
      session.query(Count, 'SELECT count(*)::int AS n FROM t'),
    );
    assert.equal(row?.n, 100);
    const sharding = service.sharding(cluster);
    await onNode(service, cluster, 'coordinator2', async (session) => {
      const [table] = await sharding.listTables(session);
      assert.deepEqual(
        [table?.name, table?.type, table?.distributionColumn, table?.shardCount],
        ['t', 'distributed', 'id', 32],
      );
      const shards = await sharding.listShards(session, table!);
      assert.equal(shards.length, 32);
      assert.match(shards[0]?.holds ?? '', /^-2147483648 … /);
      assert.match(shards[31]?.holds ?? '', / … 2147483647$/);
      const sizes = await onNode(service, cluster, 'worker1', (worker) =>
        sharding.shardSizes(worker, shards),
      );
      assert.equal(sizes.size, 16);
    });
    await onNode(service, cluster, 'coordinator1', async (session) => {
      const from = nodeNamed(cluster, 'worker1');
      const to = nodeNamed(cluster, 'worker2');
      const [table] = await sharding.listTables(session);
      const shards = await sharding.listShards(session, table!);
      const shard = shards.find(({ placements }) => placements[0]?.nodePort === from.port);
      await session.run('SELECT citus_move_shard_placement($1, $2, $3, $4, $5)', [
        shard!.id,
        ...[from.host, from.port, to.host, to.port],
      ]);
      assert.equal((await sharding.countPlacements(session)).get(`${to.host}:${to.port}`), 17);
    });
  });

  it('makes as many standbys as wanted, each with a slot of its own', async () => {
    const proposal = await proposeTestCluster(service, { coordinators: 3, workers: 1 });
    const cluster = await service.provision(toRequest(proposal));
    const status = await settledStatus(service, cluster);
    assert.deepEqual(
      ['coordinator1', 'coordinator2', 'coordinator3'].map((name) => status.get(name)?.role),
      ['primary', 'standby', 'standby'],
    );
    const slots = await onNode(service, cluster, 'coordinator1', (session) =>
      session.query(
        v.object({ name: v.string() }),
        'SELECT slot_name AS name FROM pg_replication_slots WHERE active',
      ),
    );
    assert.deepEqual(slots.map(({ name }) => name).sort(), ['coordinator2', 'coordinator3']);
  });

  it('leaves nothing of one that is cancelled when its last step is done', async () => {
    const proposal = await proposeTestCluster(service, { coordinators: 1, workers: 1 });
    const stop = new AbortController();
    const provisioning = service.provision(toRequest(proposal), {
      signal: stop.signal,
      onProgress: ({ done, total }) => {
        if (done === total) stop.abort();
      },
    });
    await assert.rejects(provisioning, (error) => ClusterError.is(error, 'cancelled'));
    await assertNothingLeft(placeOf(proposal));
  });

  it('copies a primary that removes the WAL it no longer needs meanwhile', async () => {
    const request = toRequest(await proposeTestCluster(service, { coordinators: 3, workers: 1 }));
    const copied = new AbortController();
    let removing: Promise<void> | undefined;
    const seen = new Set<string>();
    const onProgress = ({ running }: Progress): void => {
      for (const title of running) seen.add(title);
      if (running.some((title) => title.startsWith('Copy coordinator1'))) removing ??= removeWal();
      // Both copies are whole then, and what they wait for must not grow for ever.
      if ([2, 3].every((number) => seen.has(`Wait for coordinator${number} to catch up`))) copied.abort();
    };
    const removeWal = async (): Promise<void> => {
      const cluster = await readDescription(localMachine.ownFiles, path.join(directory, request.name));
      await onNode(service, cluster!, 'coordinator1', async (session) => {
        while (!copied.signal.aborted) {
          await session.run(`SELECT pg_logical_emit_message(false, 'test', ''), pg_switch_wal()`);
          await session.run('CHECKPOINT');
        }
      });
    };
    const cluster = await service.provision(request, { onProgress }).finally(() => {
      copied.abort();
    });
    await removing;
    const status = await settledStatus(service, cluster);
    assert.deepEqual(
      ['coordinator2', 'coordinator3'].map((name) => status.get(name)?.streaming),
      [true, true],
    );
  });

  it('keeps secrets to itself: folders 0700, files 0600, no password in any log or description', async () => {
    const cluster = await service.provision(toRequest(await proposeTestCluster(service)));
    const { password } = await service.credentials(cluster, cluster.nodes[0]!);
    assert.ok(password.length >= 32);
    const mode = async (file: string): Promise<string> => ((await stat(file)).mode & 0o777).toString(8);
    assert.equal(await mode(cluster.folder), '700');
    assert.equal(await mode(paths.passfile(cluster.folder)), '600');
    for (const name of await readdir(cluster.folder)) {
      const file = path.join(cluster.folder, name);
      if (!(await stat(file)).isFile() || file === paths.passfile(cluster.folder)) continue;
      const text = await readFile(file, 'utf8');
      assert.ok(!text.includes(password), `${name} has the password`);
      assert.ok(!text.includes('SCRAM-SHA-256$'), `${name} has a verifier`);
    }
    assert.deepEqual((await readdir(cluster.folder)).sort(), [
      'cluster.json',
      'coordinator1',
      'coordinator1.log',
      'coordinator2',
      'coordinator2.log',
      'passfile',
      'run',
      'worker1',
      'worker1.log',
      'worker2',
      'worker2.log',
    ]);
  });

  it('notices a taken port before anything is made', async () => {
    const proposal = await proposeTestCluster(service);
    const occupant = net.createServer().listen(proposal.workers[1]!.port, '127.0.0.1');
    await once(occupant, 'listening');
    try {
      const again = await proposeTestCluster(service);
      assert.deepEqual(again.workers[1]?.takenPort, proposal.workers[1]!.port);
      await assert.rejects(service.provision(toRequest(proposal)), (error) => {
        assert.ok(ClusterError.is(error, 'port-taken'));
        assert.equal(error.detail.node, 'worker2');
        return true;
      });
      assert.equal(await localMachine.ownFiles.list(proposal.folder), undefined);
    } finally {
      occupant.close();
    }
  });

  it('refuses a folder that isn’t empty, and leaves it alone', async () => {
    const proposal = await proposeTestCluster(service);
    await mkdir(proposal.folder);
    await writeFile(path.join(proposal.folder, 'thesis.txt'), 'mine');
    await assert.rejects(service.provision(toRequest(proposal)), (error) =>
      ClusterError.is(error, 'folder-not-empty'),
    );
    assert.equal(await readFile(path.join(proposal.folder, 'thesis.txt'), 'utf8'), 'mine');
  });

  it('shows the server’s own words when a step fails, and leaves nothing', async () => {
    const proposal = await proposeTestCluster(service);
    const { port } = proposal.workers[0]!;
    let occupant: net.Server | undefined;
    const provisioning = service.provision(toRequest(proposal), {
      onProgress: () => {
        occupant ??= net.createServer().listen(port, '127.0.0.1');
      },
    });
    await assert.rejects(provisioning, (error) => {
      assert.ok(ClusterError.is(error, 'step-failed'));
      assert.match(error.message, /^Start worker1 failed/);
      assert.match(error.message, /could not bind IPv4 address "127\.0\.0\.1": Address already in use/);
      assert.ok(error.nextStep);
      return true;
    });
    occupant?.close();
    await once(occupant!, 'close');
    await assertNothingLeft({ ...proposal, ports: [port] });
    assert.deepEqual(await service.list(), []);
  });

  it('lets nobody else act on a cluster at the same time', async () => {
    const registry = new Registry(directory, localMachine.ownFiles);
    const proposal = await proposeTestCluster(service);
    await withLock(registry.lockFile(proposal.name), 'the test', async () => {
      await assert.rejects(service.provision(toRequest(proposal)), (error) => ClusterError.is(error, 'busy'));
    });
  });

  it('rolls back when its window closes', async () => {
    const proposal = await proposeTestCluster(service);
    let begun: () => void;
    const running = new Promise<void>((resolve) => (begun = resolve));
    const provisioning = service.provision(toRequest(proposal), {
      onProgress: () => {
        begun();
      },
    });
    const outcome = assert.rejects(provisioning);
    await running;
    await service.close();
    await outcome;
    await assertNothingLeft({ ...proposal, ports: [] });
  });
});

describe('operating a cluster', function () {
  this.timeout(120_000);
  let directory: string;
  let service: ClusterService;
  let cluster: Cluster;

  before(async function () {
    await needCitus(this);
    directory = await makeTestDirectory();
    service = createTestService(directory);
    cluster = await service.provision(toRequest(await proposeTestCluster(service)));
  });
  after(async () => {
    if (!directory) return;
    await service.close();
    await removeTestDirectory(directory);
  });

  const stateOf = async (name: string): Promise<string | undefined> =>
    (await settledStatus(service, cluster)).get(name)?.state;

  it('stops and starts one node', async () => {
    const worker = nodeNamed(cluster, 'worker1');
    await service.stop(cluster, [worker]);
    assert.equal(await stateOf('worker1'), 'stopped');
    assert.equal(await stateOf('worker2'), 'running');
    await service.stop(cluster, [worker]);
    await service.start(cluster, [worker]);
    assert.equal(await stateOf('worker1'), 'running');
  });

  it('stops, starts and restarts the whole, and the standby streams again', async () => {
    await service.stop(cluster);
    assert.deepEqual(
      [...(await settledStatus(service, cluster)).values()].map(({ state }) => state),
      Array(4).fill('stopped'),
    );
    await service.start(cluster);
    await service.restart(cluster);
    const { catchUp } = await import('../../src/cluster/replication.ts');
    await onNode(service, cluster, 'coordinator1', (session) => catchUp(session, 'coordinator2'));
    assert.equal((await settledStatus(service, cluster)).get('coordinator2')?.streaming, true);
  });

  it('says within 2 s that a server hangs, and still tells of the others', async () => {
    const pid = await postmasterOf(cluster, 'worker2');
    process.kill(pid, 'SIGSTOP');
    try {
      const begun = performance.now();
      const status = await service.status(cluster);
      assert.ok(performance.now() - begun < 2000);
      assert.equal(status.get('worker2')?.state, 'unresponsive');
      assert.equal(status.get('worker1')?.state, 'running');
      assert.equal(status.get('coordinator1')?.role, 'primary');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  it('gives a primary that is slow to answer more time where its role decides something', async () => {
    const pid = await postmasterOf(cluster, 'coordinator1');
    process.kill(pid, 'SIGSTOP');
    let decision;
    try {
      decision = service.coordinatorStatus(cluster);
      assert.equal((await service.status(cluster)).get('coordinator1')?.state, 'unresponsive');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const roles = await decision;
    assert.equal(roles.get('coordinator1')?.role, 'primary');
    assert.equal(roles.get('coordinator2')?.role, 'standby');
    assert.equal(roles.has('worker1'), false);
  });

  it('refuses to start a node whose port another program took', async () => {
    const worker = nodeNamed(cluster, 'worker1');
    await service.stop(cluster, [worker]);
    const occupant = net.createServer().listen(worker.port, '127.0.0.1');
    await once(occupant, 'listening');
    try {
      await assert.rejects(service.start(cluster, [worker]), (error) => ClusterError.is(error, 'port-taken'));
    } finally {
      occupant.close();
      await once(occupant, 'close');
    }
    await service.start(cluster, [worker]);
  });

  it('another window sees the cluster and its servers, which outlive the one that made it', async () => {
    await service.close();
    service = createTestService(directory);
    const [seen] = await service.list();
    assert.deepEqual(seen, cluster);
    assert.equal(await stateOf('coordinator1'), 'running');
  });

  it('destroys only what provisioning made', async () => {
    await writeFile(path.join(cluster.folder, 'notes.txt'), 'mine');
    assert.deepEqual(await service.destroy(cluster), ['notes.txt']);
    assert.deepEqual(await readdir(cluster.folder), ['notes.txt']);
    assert.deepEqual(await service.list(), []);
  });
});
