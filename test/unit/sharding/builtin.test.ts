import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { builtinSharding, RESOURCES } from '../../../src/sharding/builtin/builtin.ts';

const FOLDER = path.join(import.meta.dirname, '../../../resources');

describe('built-in sharding', () => {
  const sharding = builtinSharding((name) => readFile(path.join(FOLDER, name), 'utf8'));

  it('is PostgreSQL’s own version, from 14 on', () => {
    assert.equal(sharding.version({ postgresVersion: '17.2' }), '17.2');
    assert.equal(sharding.version({ postgresVersion: '14.0', citusVersion: '13.0' }), '14.0');
    assert.equal(sharding.version({ postgresVersion: '13.22' }), undefined);
    assert.equal(sharding.version({ postgresVersion: '9.6.24' }), undefined);
  });

  it('installs all of its files', async () => {
    const files = (await readdir(FOLDER)).filter((name) => name.startsWith('builtin-sharding'));
    assert.deepEqual([...RESOURCES].sort(), files.sort());
  });

  it('has every function run with a search path of its own, but those that run people’s commands', async () => {
    const source = (
      await Promise.all(RESOURCES.map((name) => readFile(path.join(FOLDER, name), 'utf8')))
    ).join('\n');
    const open = source
      .split(/^CREATE OR REPLACE FUNCTION /m)
      .slice(1)
      .filter(
        (definition) =>
          !(definition.split(/AS (\$\$|')/)[0] ?? '').includes('SET search_path = pg_catalog, pg_temp'),
      )
      .map((definition) => definition.slice(0, definition.indexOf('(')));
    assert.deepEqual(open, [
      'shards.run',
      'shards.obey',
      'sharding.create_distributed_table',
      'sharding.alter_sharded_table',
    ]);
    assert.doesNotMatch(source, /SECURITY DEFINER/i);
  });
});
