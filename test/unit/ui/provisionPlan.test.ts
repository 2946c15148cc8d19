import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { type Equipment, platformsOf } from '../../../src/cluster/provision/platform.ts';
import type { Proposal } from '../../../src/cluster/provision/request.ts';
import { changeLines, parsePorts, wayLines, wishFor } from '../../../src/ui/provision/plan.ts';

const plain = { binDirectory: '/usr/pg/bin', version: '15.20', majorVersion: 15 };
const withCitus = { ...plain, citusVersion: '13.2.2' };
const containers = {
  engine: { kind: 'docker', program: '/usr/bin/docker', version: '28.2.2' },
  image: 'citusdata/citus:13.0',
  memoryMegabytes: 1024,
} as const;
const download = { version: '17.10', bytes: 23_500_205 };

const proposalOn = (equipment: Equipment, obstacles: Proposal['obstacles'] = []): Proposal => {
  const platforms = platformsOf(equipment);
  return {
    name: 'demo',
    folder: '/clusters/demo',
    coordinators: [
      { name: 'coordinator1', port: 5434, takenPort: 5432 },
      { name: 'coordinator2', port: 5433 },
    ],
    workers: [
      { name: 'worker1', port: 9701 },
      { name: 'worker2', port: 9702 },
    ],
    platform: platforms[0]!,
    platforms,
    obstacles,
  };
};
const proposal = proposalOn({ installs: [withCitus], containers });
const labels = (on: Proposal): string[] => wayLines({ wishes: {}, proposal: on }).map(({ label }) => label);

const problem = (parsed: ReturnType<typeof parsePorts>): string => (typeof parsed === 'string' ? parsed : '');

describe('provisioning plan', () => {
  it('says everything in its first line, taken ports included', () => {
    assert.deepEqual(wayLines({ wishes: {}, proposal }), [
      {
        does: { kind: 'provision', platform: proposal.platform },
        label: '$(rocket) Provision “demo” as proposed',
        description: '5432 is taken, 5434 instead',
        detail:
          '2 coordinators on 5434, 5433 · 2 workers on 9701, 9702 · PostgreSQL 15.20, Citus 13.2.2 · /clusters/demo',
      },
    ]);
  });

  it('names all ports that are taken', () => {
    const workers = proposal.workers.map((node) => ({ ...node, takenPort: node.port - 1 }));
    const lines = wayLines({ wishes: {}, proposal: { ...proposal, workers } });
    assert.equal(lines[0]?.description, '5432, 9700, 9701 are taken');
  });

  it('no longer calls it proposed once something was wished for', () => {
    assert.equal(wayLines({ wishes: { name: 'demo' }, proposal })[0]?.label, '$(rocket) Provision “demo”');
  });

  it('offers what a machine without Citus can do: Docker, then how to install it, then what PostgreSQL ships', () => {
    assert.deepEqual(labels(proposalOn({ installs: [plain], containers, download })), [
      '$(rocket) Provision “demo” with Citus in Docker',
      '$(book) How to install Citus…',
      '$(rocket) Provision “demo” with built-in sharding (postgres_fdw)',
    ]);
    const bare = proposalOn({ installs: [], download }, [
      { what: 'docker', message: 'Docker is not running.', nextStep: 'Start it.' },
    ]);
    assert.deepEqual(labels(bare), [
      '$(circle-slash) Citus in Docker: not right now',
      '$(book) How to install Citus…',
      '$(rocket) Provision “demo” with built-in sharding (postgres_fdw)',
    ]);
    const [, , builtIn] = wayLines({ wishes: {}, proposal: bare });
    assert.match(builtIn?.detail ?? '', /PostgreSQL 17\.10 \(downloaded first, 22 MB\), built-in sharding/);
    assert.equal(builtIn?.hasLimits, true);
  });

  it('offers only what was chosen, once something was', () => {
    const on = proposalOn({ installs: [plain], containers });
    const [, chosen] = on.platforms;
    const lines = wayLines({ wishes: wishFor(chosen!), proposal: { ...on, platform: chosen! } });
    assert.deepEqual(
      lines.map(({ does }) => does),
      [{ kind: 'provision', platform: chosen }],
    );
  });

  it('lists what can be changed with what it is now', () => {
    const lines = new Map(
      changeLines({ wishes: {}, proposal }).map(({ does, description }) => [
        does.kind === 'change' ? does.change : '',
        description,
      ]),
    );
    assert.equal(lines.get('coordinators'), '1 primary and 1 standby');
    assert.equal(lines.get('coordinatorPorts'), '5434, 5433 · 5432 is taken, 5434 instead');
    assert.equal(lines.get('workerPorts'), '9701, 9702');
    assert.equal(lines.get('platform'), 'PostgreSQL 15.20, Citus 13.2.2 · /usr/pg/bin');
  });

  it('reads ports separated by commas or blanks', () => {
    const names = ['worker1', 'worker2'];
    assert.deepEqual(parsePorts('9701, 9702', names), { worker1: 9701, worker2: 9702 });
    assert.deepEqual(parsePorts(' 9701 9702,', names), { worker1: 9701, worker2: 9702 });
  });

  it('says what is wrong with ports', () => {
    const names = ['worker1', 'worker2'];
    assert.equal(parsePorts('9701', names), 'Give 2 ports, one for each of worker1, worker2.');
    assert.match(problem(parsePorts('9701, x', names)), /“x” is not a port/);
    assert.match(problem(parsePorts('9701, 70000', names)), /“70000” is not a port/);
    assert.match(problem(parsePorts('9701, 97.5', names)), /“97.5” is not a port/);
    assert.match(problem(parsePorts('9701, 9701', names)), /9701 is there twice/);
  });
});
