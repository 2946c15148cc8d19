import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ClusterError } from '../../../src/cluster/errors.ts';
import { platformKey } from '../../../src/cluster/provision/platform.ts';
import { propose, type Surroundings } from '../../../src/cluster/provision/proposal.ts';

const install = { binDirectory: '/pg/16/bin', version: '16.4', majorVersion: 16, citusVersion: '13.2-1' };
const local = { kind: 'local', sharding: 'citus', install } as const;
const surroundings = (changes: Partial<Surroundings> = {}): Surroundings => ({
  equipment: { installs: [install] },
  obstacles: [],
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
      platform: local,
      platforms: [local, { ...local, sharding: 'postgres_fdw' }],
      obstacles: [],
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

  it('puts Citus of the machine first, then containers, then what PostgreSQL ships, and passes over what is too old', async () => {
    const plain = { binDirectory: '/pg/17/bin', version: '17.1', majorVersion: 17 };
    const old = { ...install, binDirectory: '/pg/13/bin', version: '13.9', majorVersion: 13 };
    const containers = {
      engine: { kind: 'docker', program: '/usr/bin/docker', version: '28.2.2' },
      image: 'image',
      memoryMegabytes: 512,
    } as const;
    const equipment = { installs: [plain, old, install], containers };
    const { platform, platforms } = await propose({}, surroundings({ equipment }));
    assert.deepEqual(platform, local);
    assert.deepEqual(platforms, [
      local,
      { kind: 'docker', sharding: 'citus', ...containers },
      { kind: 'local', sharding: 'postgres_fdw', install: plain },
      { kind: 'local', sharding: 'postgres_fdw', install },
    ]);
  });

  it('takes the platform or the folder that was wished for', async () => {
    const plain = { binDirectory: '/pg/17/bin', version: '17.1', majorVersion: 17 };
    const equipment = { installs: [plain, install] };
    const builtIn = { kind: 'local', sharding: 'postgres_fdw', install: plain } as const;
    const wished = await propose({ platform: platformKey(builtIn) }, surroundings({ equipment }));
    assert.deepEqual(wished.platform, builtIn);
    const shown = await propose({ binDirectory: plain.binDirectory }, surroundings({ equipment }));
    assert.deepEqual(shown.platform, builtIn);
  });

  it('uses built-in sharding for an image without Citus', async () => {
    const containers = {
      engine: { kind: 'podman', program: '/usr/bin/podman', version: '5.0.0' },
      image: 'postgres',
      memoryMegabytes: 512,
      contents: { postgresVersion: '17.2' },
    } as const;
    const { platform } = await propose({}, surroundings({ equipment: { installs: [], containers } }));
    assert.deepEqual(platform, { kind: 'docker', sharding: 'postgres_fdw', ...containers });
  });

  it('downloads only where there is no PostgreSQL, and says so where there is nothing at all', async () => {
    const old = { binDirectory: '/pg/13/bin', version: '13.9', majorVersion: 13 };
    const download = { version: '17.10', bytes: 20e6 };
    const { platforms } = await propose({}, surroundings({ equipment: { installs: [old], download } }));
    assert.deepEqual(platforms, [{ kind: 'download', sharding: 'postgres_fdw', ...download }]);
    const bare = { binDirectory: '/pg/17/bin', version: '17.1', majorVersion: 17, lacksForeignTables: true };
    const without = await propose({}, surroundings({ equipment: { installs: [bare], download } }));
    assert.equal(without.platform.kind, 'download');
    await assert.rejects(propose({}, surroundings({ equipment: { installs: [old] } })), (error) => {
      assert.ok(ClusterError.is(error, 'no-platform'));
      assert.match(error.message, /PostgreSQL 13\.9 in \/pg\/13\/bin is too old/);
      return true;
    });
    await assert.rejects(
      propose({}, surroundings({ equipment: { installs: [] } })),
      /None was found on this machine/,
    );
  });
});
