import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { Proposal } from '../../../src/cluster/provision/request.ts';
import { parsePorts, planLines } from '../../../src/ui/provision/plan.ts';

const proposal: Proposal = {
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
  install: { binDirectory: '/usr/pg/bin', version: '15.20', majorVersion: 15, citusVersion: '13.2.2' },
};

const problem = (parsed: ReturnType<typeof parsePorts>): string => (typeof parsed === 'string' ? parsed : '');

describe('provisioning plan', () => {
  it('says everything in its first line, taken ports included', () => {
    assert.deepEqual(planLines({ wishes: {}, proposal })[0], {
      does: 'accept',
      label: '$(rocket) Provision “demo” as proposed',
      description: '5432 is taken, 5434 instead',
      detail:
        '2 coordinators on 5434, 5433 · 2 workers on 9701, 9702 · PostgreSQL 15.20, Citus 13.2.2 · /clusters/demo',
    });
  });

  it('names all ports that are taken', () => {
    const workers = proposal.workers.map((node) => ({ ...node, takenPort: node.port - 1 }));
    const lines = planLines({ wishes: {}, proposal: { ...proposal, workers } });
    assert.equal(lines[0]?.description, '5432, 9700, 9701 are taken');
  });

  it('no longer calls it proposed once something was wished for', () => {
    assert.equal(planLines({ wishes: { name: 'demo' }, proposal })[0]?.label, '$(rocket) Provision “demo”');
  });

  it('lists what can be changed with what it is now', () => {
    const lines = new Map(planLines({ wishes: {}, proposal }).map((line) => [line.does, line.description]));
    assert.equal(lines.get('coordinators'), '1 primary and 1 standby');
    assert.equal(lines.get('coordinatorPorts'), '5434, 5433 · 5432 is taken, 5434 instead');
    assert.equal(lines.get('workerPorts'), '9701, 9702');
    assert.equal(lines.get('install'), 'PostgreSQL 15.20, Citus 13.2.2 · /usr/pg/bin');
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
