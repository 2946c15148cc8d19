import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { findInstalls } from '../../src/runtime/local/installs.ts';

describe('PostgreSQL installs', () => {
  it('are found where packages put them, with their versions, those with Citus first', async () => {
    const installs = await findInstalls('');
    assert.ok(installs.length > 0);
    for (const { binDirectory, version, majorVersion } of installs) {
      assert.ok(path.isAbsolute(binDirectory));
      assert.equal(Number.parseInt(version, 10), majorVersion);
    }
    const folders = installs.map(({ binDirectory }) => binDirectory);
    assert.equal(new Set(folders).size, folders.length, 'none is listed twice');
    const withCitus = installs.map(({ citusVersion }) => citusVersion !== undefined);
    assert.deepEqual(withCitus, [...withCitus].sort().reverse());
  });

  it('are taken from the folder of the setting first, by their real place', async () => {
    const [found] = await findInstalls('');
    assert.ok(found);
    const folder = await mkdtemp(path.join(os.tmpdir(), 'citus-install-'));
    try {
      await symlink(path.join(found.binDirectory, 'pg_ctl'), path.join(folder, 'pg_ctl'));
      assert.deepEqual((await findInstalls(folder))[0], found);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are found by other ways where the setting’s folder has none', async () => {
    assert.deepEqual(await findInstalls('/nowhere'), await findInstalls(''));
  });
});
