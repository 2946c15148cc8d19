import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ClusterError } from '../../../src/cluster/errors.ts';
import { propose, type Surroundings } from '../../../src/cluster/provision/proposal.ts';

const install = { binDirectory: '/pg/16/bin', version: '16.4', majorVersion: 16, citusVersion: '13.2-1' };
const surroundings = (changes: Partial<Surroundings> = {}): Surroundings => ({
  installs: [install],
  takenNames: new Set(),
  reservedPorts: new Set(),
  isPortFree: () => Promise.resolve(true),
  directory: '/clusters',
  ...changes,
});
const failsWith = (reason: Parameters<typeof ClusterError.is>[1]) => (error: unknown) =>
  ClusterError.is(error, reason);

describe('a proposal for a cluster', () => {
  it('needs no wishes', async () => {
    const proposal = await propose({}, surroundings());
    assert.deepEqual(proposal, {
      name: 'demo',
      folder: '/clusters/demo',
      coordinators: [
        { name: 'coordinator1', port: 5432 },
        { name: 'coordinator2', port: 5433 },
      ],
      workers: [
        { name: 'worker1', port: 9701 },
        { name: 'worker2', port: 9702 },
      ],
      install,
    });
  });

  it('takes the next free port for one that is taken, reserved or given already, and says so', async () => {
    const proposal = await propose(
      { ports: { worker1: 5435 } },
      surroundings({ isPortFree: (port) => Promise.resolve(port !== 5432), reservedPorts: new Set([5434]) }),
    );
    assert.deepEqual(proposal.coordinators, [
      { name: 'coordinator1', port: 5433, takenPort: 5432 },
      { name: 'coordinator2', port: 5435, takenPort: 5433 },
    ]);
    assert.deepEqual(proposal.workers[0], { name: 'worker1', port: 5436, takenPort: 5435 });
  });

  it('counts names up', async () => {
    const proposal = await propose({}, surroundings({ takenNames: new Set(['demo', 'demo2']) }));
    assert.equal(proposal.name, 'demo3');
  });

  it('refuses what can’t be', async () => {
    await assert.rejects(propose({ name: 'Demo 1' }, surroundings()), failsWith('bad-request'));
    await assert.rejects(propose({ name: '../x' }, surroundings()), failsWith('bad-request'));
    await assert.rejects(
      propose({ name: 'demo' }, surroundings({ takenNames: new Set(['demo']) })),
      failsWith('name-taken'),
    );
    await assert.rejects(propose({ folder: 'relative' }, surroundings()), failsWith('bad-request'));
    await assert.rejects(propose({ coordinators: 0 }, surroundings()), failsWith('bad-request'));
    await assert.rejects(propose({ workers: 1.5 }, surroundings()), failsWith('bad-request'));
    await assert.rejects(propose({ ports: { worker1: 80 } }, surroundings()), failsWith('bad-request'));
    await assert.rejects(
      propose({}, surroundings({ isPortFree: () => Promise.resolve(false) })),
      failsWith('bad-request'),
    );
  });

  it('passes over installs that are too old or have no Citus, and says why there is none', async () => {
    const plain = { binDirectory: '/pg/17/bin', version: '17.1', majorVersion: 17 };
    const old = { ...install, binDirectory: '/pg/13/bin', version: '13.9', majorVersion: 13 };
    assert.equal((await propose({}, surroundings({ installs: [plain, old, install] }))).install, install);
    await assert.rejects(propose({}, surroundings({ installs: [plain, old] })), (error) => {
      assert.ok(ClusterError.is(error, 'no-citus'));
      assert.match(
        error.message,
        /17\.1 in \/pg\/17\/bin has no Citus; PostgreSQL 13\.9 in \/pg\/13\/bin is too old/,
      );
      return true;
    });
    await assert.rejects(propose({}, surroundings({ installs: [] })), /No PostgreSQL was found/);
  });
});
