import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { Cluster } from '../../../src/cluster/model.ts';
import { ClusterMonitor, type MonitorChange } from '../../../src/cluster/monitor.ts';
import type { Timer } from '../../../src/cluster/repeating.ts';
import type { ClusterStatus, NodeStatus } from '../../../src/cluster/status.ts';
import { describedCluster } from '../../support/describedCluster.ts';

const cluster = (name: string): Cluster =>
  describedCluster(name, [
    { name: 'coordinator1', kind: 'coordinator', host: '127.0.0.1', port: 5432 },
    { name: 'worker1', kind: 'worker', host: '127.0.0.1', port: 9701 },
  ]);

/** Time that passes only when told to. */
class ManualTime {
  #now = 0;
  #due: { at: number; callback: () => void }[] = [];

  readonly timer: Timer = (ms, callback) => {
    const entry = { at: this.#now + ms, callback };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  };

  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#now = next.at;
      this.#due = this.#due.filter((entry) => entry !== next);
      next.callback();
    }
    this.#now = end;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets all promises that can go on do so; an answer of a cluster takes one turn. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await turn();
};

/** Clusters in memory, of which a test says how they are. */
class Clusters {
  known: Cluster[] = [];
  readonly nodes = new Map<string, Record<string, NodeStatus>>();
  readonly hanging = new Set<string>();
  listError: Error | undefined;
  readonly asked: string[] = [];
  underWay = 0;
  mostUnderWay = 0;
  changed: () => void = () => undefined;

  list(): Promise<Cluster[]> {
    return this.listError ? Promise.reject(this.listError) : Promise.resolve(this.known);
  }

  async status({ id }: Cluster): Promise<ClusterStatus> {
    this.asked.push(id);
    if (this.hanging.has(id)) return new Promise(() => undefined);
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    await turn();
    this.underWay -= 1;
    return new Map(Object.entries(this.nodes.get(id) ?? {}));
  }

  hasPsql(): Promise<boolean> {
    return Promise.resolve(true);
  }

  onDidChangeClusters(listener: () => void): () => void {
    this.changed = listener;
    return () => {
      this.changed = () => undefined;
    };
  }
}

const watchedMonitor = (...names: string[]) => {
  const clusters = new Clusters();
  clusters.known = names.map(cluster);
  for (const name of names) clusters.nodes.set(name, { coordinator1: running, worker1: running });
  const time = new ManualTime();
  const problems: unknown[] = [];
  const monitor = new ClusterMonitor(clusters, {
    timer: time.timer,
    onProblem: (problem) => problems.push(problem),
  });
  const changes: MonitorChange[] = [];
  monitor.onDidChange((change) => changes.push(change));
  return { clusters, time, monitor, changes, problems, stop: monitor.watch() };
};

const running: NodeStatus = { state: 'running', uptimeSeconds: 1 };

describe('ClusterMonitor', () => {
  it('tells of the clusters first and then of their nodes', async () => {
    const { time, monitor, changes } = watchedMonitor('a');
    await time.pass(0);
    assert.deepEqual(changes, [
      { kind: 'clusters' },
      { kind: 'nodes', clusterId: 'a', nodeNames: ['coordinator1', 'worker1'] },
    ]);
    assert.equal(monitor.find('a')?.status?.get('worker1')?.state, 'running');
  });

  it('tells nothing while only time passes', async () => {
    const { clusters, time, changes } = watchedMonitor('a');
    await time.pass(0);
    changes.length = 0;
    clusters.nodes.set('a', {
      coordinator1: { ...running, uptimeSeconds: 9 },
      worker1: { ...running, uptimeSeconds: 9 },
    });
    await time.pass(10_000);
    assert.deepEqual(changes, []);
  });

  it('tells which nodes changed, within a second when they answer', async () => {
    const { clusters, time, changes } = watchedMonitor('a');
    await time.pass(0);
    changes.length = 0;
    clusters.nodes.set('a', { coordinator1: running, worker1: { state: 'stopped' } });
    await time.pass(1000);
    assert.deepEqual(changes, [{ kind: 'nodes', clusterId: 'a', nodeNames: ['worker1'] }]);
  });

  it('asks about one cluster while another hangs', async () => {
    const { clusters, time, changes } = watchedMonitor('a', 'b');
    clusters.hanging.add('a');
    await time.pass(5000);
    changes.length = 0;
    clusters.nodes.set('b', { coordinator1: running, worker1: { state: 'stopped' } });
    await time.pass(1000);
    assert.deepEqual(changes, [{ kind: 'nodes', clusterId: 'b', nodeNames: ['worker1'] }]);
    assert.equal(clusters.asked.filter((id) => id === 'a').length, 1);
  });

  it('never asks about a cluster twice at a time', async () => {
    const { clusters, time, monitor } = watchedMonitor('a');
    await time.pass(0);
    await Promise.all([monitor.refresh(), monitor.refresh(), time.pass(2000)]);
    assert.equal(clusters.mostUnderWay, 1);
  });

  it('asks nothing while nobody watches, and goes on when somebody does again', async () => {
    const { clusters, time, monitor, stop } = watchedMonitor('a');
    await time.pass(0);
    stop();
    await time.pass(0);
    clusters.asked.length = 0;
    await time.pass(60_000);
    assert.deepEqual(clusters.asked, []);
    monitor.watch();
    await time.pass(0);
    assert.deepEqual(clusters.asked, ['a']);
  });

  it('goes on while one of two watchers is left', async () => {
    const { clusters, time, monitor, stop } = watchedMonitor('a');
    const stopOther = monitor.watch();
    stop();
    stop();
    await time.pass(0);
    clusters.asked.length = 0;
    await time.pass(1000);
    assert.deepEqual(clusters.asked, ['a']);
    stopOther();
    await time.pass(0);
    clusters.asked.length = 0;
    await time.pass(5000);
    assert.deepEqual(clusters.asked, []);
  });

  it('refreshes once though nobody watches', async () => {
    const { clusters, monitor, time, stop } = watchedMonitor('a');
    stop();
    await time.pass(0);
    clusters.nodes.set('a', { coordinator1: { state: 'stopped' }, worker1: running });
    await monitor.refresh();
    assert.equal(monitor.find('a')?.status?.get('coordinator1')?.state, 'stopped');
    clusters.asked.length = 0;
    await time.pass(60_000);
    assert.deepEqual(clusters.asked, []);
  });

  it('looks again at once after an operation', async () => {
    const { clusters, time, monitor, changes } = watchedMonitor('a');
    await time.pass(0);
    changes.length = 0;
    clusters.known = [cluster('a'), cluster('b')];
    clusters.changed();
    await time.pass(0);
    assert.deepEqual(changes[0], { kind: 'clusters' });
    assert.deepEqual(
      monitor.clusters.map((watched) => watched.cluster.id),
      ['a', 'b'],
    );
  });

  it('forgets a cluster that is gone and asks about it no more', async () => {
    const { clusters, time, monitor } = watchedMonitor('a', 'b');
    await time.pass(0);
    clusters.known = [cluster('b')];
    await time.pass(2000);
    assert.equal(monitor.find('a'), undefined);
    clusters.asked.length = 0;
    await time.pass(2000);
    assert.ok(!clusters.asked.includes('a'));
  });

  it('keeps what it knows while the list cannot be read, and tells why once', async () => {
    const { clusters, time, monitor, problems } = watchedMonitor('a');
    await time.pass(0);
    clusters.listError = new Error('no permission');
    await time.pass(10_000);
    assert.equal(monitor.listFailure, clusters.listError);
    assert.equal(monitor.find('a')?.status?.get('worker1')?.state, 'running');
    assert.deepEqual(problems, [clusters.listError]);
    clusters.listError = undefined;
    await time.pass(2000);
    assert.equal(monitor.listFailure, undefined);
  });

  it('knows the clusters for who asks first, without being watched', async () => {
    const clusters = new Clusters();
    clusters.known = [cluster('a')];
    const monitor = new ClusterMonitor(clusters);
    assert.deepEqual(
      (await monitor.known()).map((watched) => watched.cluster.name),
      ['a'],
    );
    assert.deepEqual(clusters.asked, []);
  });

  it('is silent after it is disposed', async () => {
    const { clusters, time, monitor, changes } = watchedMonitor('a');
    await time.pass(0);
    monitor.dispose();
    changes.length = 0;
    clusters.nodes.set('a', { coordinator1: { state: 'stopped' }, worker1: running });
    clusters.asked.length = 0;
    await time.pass(10_000);
    assert.deepEqual([changes, clusters.asked], [[], []]);
  });
});
