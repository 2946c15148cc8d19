import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { encodeRow, type Row } from '../../../../src/postgres/dataRows.ts';
import { type ResultFile, ResultFileError, ResultFiles } from '../../../../src/sql/results/resultFiles.ts';
import { ResultStore } from '../../../../src/sql/results/resultStore.ts';

/** So small that a few rows fill pages, memory and what may wait. */
const SMALL = { page: 200, memory: 600, waiting: 400, window: 1_000_000 };

const numbered = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => [String(index), index % 2 === 0 ? null : '']);

const add = (store: ResultStore, rows: readonly Row[]): Promise<void> | undefined =>
  rows.length > 0 ? store.append(Buffer.concat(rows.map(encodeRow)), rows.length) : undefined;

describe('ResultStore', () => {
  let folder: string;
  let files: ResultFiles;

  before(async () => {
    folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'citus-store-')), 'results');
    files = new ResultFiles(folder);
  });
  after(() => rm(path.dirname(folder), { recursive: true }));

  it('gives back any window of what was put in, while it is written and after', async () => {
    const value = fc.option(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', 'null', 'é'.repeat(700))),
    );
    const row = fc.array(value, { minLength: 2, maxLength: 2 });
    const portions = fc.array(fc.array(row, { maxLength: 60 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(portions, fc.nat(400), fc.nat(300), async (batches, first, count) => {
        const store = new ResultStore(files.create, SMALL);
        const all = batches.flat();
        const check = async (): Promise<void> => {
          assert.deepEqual(await store.window(first, count), all.slice(first, first + count));
        };
        for (const batch of batches) void add(store, batch);
        assert.equal(store.rowCount, all.length);
        await check();
        await store.written();
        await check();
        await store.close();
      }),
      { numRuns: 100 },
    );
    assert.deepEqual(await readdir(folder), []);
  });

  it('has every row on both sides of every border', async () => {
    const store = new ResultStore(files.create, SMALL);
    const rows = numbered(150);
    for (const row of rows) await add(store, [row]);
    await store.written();
    assert.equal((await readdir(folder)).length, 1, 'it has a file');
    for (let first = 0; first <= rows.length; first++) {
      assert.deepEqual(await store.window(first, 3), rows.slice(first, first + 3));
    }
    await store.close();
  });

  it('takes rows without values, and a result without rows', async () => {
    const store = new ResultStore(files.create, SMALL);
    assert.deepEqual(await store.window(0, 10), []);
    await add(store, [[], []]);
    assert.deepEqual(await store.window(0, 10), [[], []]);
    await store.close();
  });

  it('ends a window that becomes too large, but not before its first row', async () => {
    const store = new ResultStore(files.create, { ...SMALL, window: 1000 });
    const long = 'é'.repeat(400);
    await add(store, [[long], [long], ['short']]);
    assert.deepEqual(await store.window(0, 10), [[long]]);
    assert.deepEqual(await store.window(1, 10), [[long], ['short']]);
    await add(store, [[long.repeat(10)]]);
    assert.deepEqual(await store.window(3, 10), [[long.repeat(10)]]);
    await store.close();
  });

  it('makes no file for what fits into memory', async () => {
    const store = new ResultStore(() => assert.fail('a file was made'));
    const rows = numbered(10_000);
    for (const row of rows) await add(store, [row]);
    await store.written();
    assert.deepEqual(await store.window(9_990, 20), rows.slice(9_990));
    await store.close();
  });

  it('asks to wait while too much waits to be written', async () => {
    let write: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (write = resolve));
    const createFile = async (): Promise<ResultFile> => {
      await held;
      return files.create();
    };
    const store = new ResultStore(createFile, SMALL);
    const rows = numbered(200);
    const waits = rows.map((row) => add(store, [row]));
    assert.equal(waits[0], undefined);
    const last = waits.at(-1);
    assert.ok(last, 'it asks to wait');
    assert.deepEqual(await store.window(0, 200), rows, 'all of it can be seen meanwhile');
    write();
    await last;
    assert.equal(add(store, [['one more']]), undefined);
    assert.deepEqual(await store.window(199, 2), [rows[199], ['one more']]);
    await store.close();
  });

  it('leaves what it gave away as it was, while the memory of pages is used again', async () => {
    const store = new ResultStore(files.create, SMALL);
    const given: { bytes: Buffer; copy: Buffer }[] = [];
    for (const row of numbered(300)) {
      const waits = add(store, [row]);
      for await (const { bytes } of store.pages()) given.push({ bytes, copy: Buffer.from(bytes) });
      await waits;
    }
    await store.written();
    for (const { bytes, copy } of given) assert.ok(bytes.equals(copy));
    assert.deepEqual(await store.window(0, 300), numbered(300));
    await store.close();
  });

  it('keeps the rows that it has when the disk is full', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const createFile = async (): Promise<ResultFile> => {
      const file = await files.create();
      let writes = 0;
      const append = (bytes: Buffer): Promise<void> =>
        ++writes > 2 ? Promise.reject(new ResultFileError(folder, full)) : file.append(bytes);
      return { append, read: (position, length) => file.read(position, length), remove: () => file.remove() };
    };
    const store = new ResultStore(createFile, SMALL);
    const rows = numbered(200);
    for (const row of rows) void add(store, [row])?.catch(() => undefined);
    await assert.rejects(
      store.written(),
      (error) => error instanceof ResultFileError && error.reason === 'disk-full',
    );
    assert.deepEqual(await store.window(0, 200), rows);
    await store.close();
    assert.deepEqual(await readdir(folder), []);
  });

  it('is empty and has no file after it was closed, also while it was written and read', async () => {
    const store = new ResultStore(files.create, SMALL);
    await add(store, numbered(60));
    for (const row of numbered(60)) void add(store, [row]);
    const window = store.window(100, 10);
    await store.close();
    assert.ok((await window).length <= 10);
    assert.equal(store.rowCount, 0);
    assert.deepEqual(await store.window(0, 10), []);
    assert.deepEqual(await readdir(folder), []);
  });
});

describe('ResultFiles', () => {
  let parent: string;
  before(async () => {
    parent = await mkdtemp(path.join(os.tmpdir(), 'citus-files-'));
  });
  after(() => rm(parent, { recursive: true }));

  it('keeps files from others, and deletes those that are open at the end', async () => {
    const folder = path.join(parent, 'private', 'results');
    const files = new ResultFiles(folder);
    const file = await files.create();
    await file.append(Buffer.from('secret'));
    const [name = ''] = await readdir(folder);
    assert.equal((await readFile(path.join(folder, name))).toString(), 'secret');
    if (process.platform !== 'win32') {
      assert.equal((await stat(path.join(folder, name))).mode & 0o777, 0o600);
      assert.equal((await stat(folder)).mode & 0o777, 0o700);
    }
    await files.close();
    assert.deepEqual(await readdir(folder), []);
  });

  it('removes what dead processes left, and nothing else', async () => {
    const folder = path.join(parent, 'leftovers');
    const files = new ResultFiles(folder);
    await files.removeLeftovers();
    const kept = await files.create();
    const [own = ''] = await readdir(folder);
    await kept.remove();
    const id = own.replace(/^\d+/, '');
    // The parent process lives; pids end at 2^22.
    const [alive, dead, older, foreign] = [
      `${process.ppid}${id}`,
      `${2 ** 22 + 1}${id}`,
      `1${id}`,
      'notes.txt',
    ];
    for (const name of [alive, dead, older, foreign, own]) await writeFile(path.join(folder, name), '');
    await utimes(path.join(folder, older), 1, 1);
    await files.removeLeftovers();
    assert.deepEqual((await readdir(folder)).sort(), [alive, foreign].sort());
  });

  it('says what is wrong with a folder that can’t be used', async () => {
    const inTheWay = path.join(parent, 'file');
    await writeFile(inTheWay, '');
    await assert.rejects(
      new ResultFiles(inTheWay).create(),
      (error) =>
        error instanceof ResultFileError && error.reason === 'unusable' && error.message.includes(inTheWay),
    );
  });
});
