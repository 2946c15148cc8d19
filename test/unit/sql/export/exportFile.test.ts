import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { strFromU8, unzipSync } from 'fflate';
import type { Row } from '../../../../src/postgres/dataRows.ts';
import { clipboardText } from '../../../../src/sql/export/clipboardText.ts';
import { textPieces, workbookPieces, writePieces } from '../../../../src/sql/export/exportFile.ts';
import { ExportError } from '../../../../src/sql/export/format.ts';
import { csv, jsonLines } from '../../../../src/sql/export/formats.ts';
import type { Selected } from '../../../../src/sql/export/portions.ts';

const columns = [
  { name: 'id', typeOid: 20 },
  { name: 'text', typeOid: 25 },
];
const plain = csv(columns, { delimiter: ',', header: true, nullText: '' });

/** `count` rows, which come `atOnce` at a time, of which only `kept` can be read. */
const selected = (rows: readonly Row[], { atOnce = 1_000, kept = rows.length } = {}): Selected => ({
  rows: {
    window: (first, count) =>
      Promise.resolve(
        rows.slice(first, Math.min(first + Math.min(count, atOnce), kept)).map((row) => [...row]),
      ),
  },
  first: 0,
  count: rows.length,
  columns: [0, 1],
});
const manyRows = Array.from({ length: 10_000 }, (_, n): Row => [String(n), `text ${n}`]);

const reasonOf = (reason: ExportError['reason']) => (error: unknown) =>
  error instanceof ExportError && error.reason === reason;

describe('writing an export', () => {
  let folder: string;
  let target: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'citus-export-'));
    target = path.join(folder, 'out.csv');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('has all rows in order, and tells how many are written', async () => {
    const told: number[] = [];
    await writePieces(target, textPieces(selected(manyRows, { atOnce: 7 }), plain), {
      progress: (rows) => told.push(rows),
    });
    const text = await readFile(target, 'utf8');
    assert.equal(text, `id,text\r\n${manyRows.map((row) => row.join(',')).join('\r\n')}\r\n`);
    assert.equal(told.at(-1), manyRows.length);
    assert.deepEqual(await readdir(folder), ['out.csv']);
  });

  it('writes the columns that are wanted, in their order', async () => {
    const turned = { ...selected(manyRows.slice(0, 2)), columns: [1, 0] };
    await writePieces(target, textPieces(turned, jsonLines([...columns].reverse())));
    assert.equal(
      await readFile(target, 'utf8'),
      '{"text": "text 0", "id": 0}\n{"text": "text 1", "id": 1}\n',
    );
  });

  it('leaves nothing behind when it is cancelled, and what was there as it was', async () => {
    await writeFile(target, 'before');
    const cancel = new AbortController();
    const { signal } = cancel;
    const writing = writePieces(target, textPieces(selected(manyRows, { atOnce: 10 }), plain, signal), {
      signal,
      progress: () => undefined,
    });
    cancel.abort();
    await assert.rejects(writing, { name: 'AbortError' });
    assert.deepEqual(await readdir(folder), ['out.csv']);
    assert.equal(await readFile(target, 'utf8'), 'before');
  });

  it('fails, and leaves nothing behind, when rows can no longer be read', async () => {
    const gone = selected(manyRows, { kept: 5_000 });
    await assert.rejects(writePieces(target, textPieces(gone, plain)), reasonOf('rows-gone'));
    assert.deepEqual(await readdir(folder), []);
  });

  it('says so where the file can not be written', async () => {
    const nowhere = path.join(folder, 'no such folder', 'out.csv');
    await assert.rejects(writePieces(nowhere, textPieces(selected(manyRows), plain)), reasonOf('file'));
  });

  describe('as a workbook', () => {
    const sheetOf = async (rows: readonly Row[], typeOids: readonly number[]): Promise<string> => {
      const types = typeOids.map((typeOid, index) => ({ name: `c${index}`, typeOid }));
      const wide = { ...selected(rows, { atOnce: 100 }), columns: types.map((_, index) => index) };
      await writePieces(target, workbookPieces(wide, types));
      const parts = unzipSync(await readFile(target));
      assert.ok(Object.keys(parts).includes('[Content_Types].xml'));
      return strFromU8(parts['xl/worksheets/sheet1.xml']!);
    };
    const cells = (sheet: string): string[] =>
      [...sheet.matchAll(/<c(?: [^>]*)?(?:\/>|>.*?<\/c>)/gs)].map(([cell]) => cell);

    it('keeps numbers of up to 15 digits as numbers, and longer ones as texts', async () => {
      const sheet = await sheetOf(
        [['123456789012345', '1234567890123456', '1.50', 'NaN', 't']],
        [20, 20, 1700, 701, 16],
      );
      assert.deepEqual(cells(sheet).slice(5), [
        '<c r="A2"><v>123456789012345</v></c>',
        '<c r="B2" t="inlineStr"><is><t xml:space="preserve">1234567890123456</t></is></c>',
        '<c r="C2"><v>1.50</v></c>',
        '<c r="D2" t="inlineStr"><is><t xml:space="preserve">NaN</t></is></c>',
        '<c r="E2" t="b"><v>1</v></c>',
      ]);
    });

    it('tells NULL from an empty text, and escapes what XML can not hold', async () => {
      const sheet = await sheetOf([[null, '', '<a> & "b"\u0001 _x0041_ \r\n🚀']], [25, 25, 25]);
      assert.deepEqual(cells(sheet).slice(3), [
        '<c r="B2" t="inlineStr"><is><t xml:space="preserve"></t></is></c>',
        '<c r="C2" t="inlineStr"><is><t xml:space="preserve">&lt;a&gt; &amp; "b"_x0001_ _x005F_x0041_ _x000D_\n🚀</t></is></c>',
      ]);
    });

    it('holds many rows', async () => {
      const sheet = await sheetOf(manyRows, [20, 25]);
      assert.equal([...sheet.matchAll(/<row r=/g)].length, manyRows.length + 1);
      assert.ok(sheet.endsWith('text 9999</t></is></c></row></sheetData></worksheet>'));
    });

    it('cuts nothing: it refuses what Excel can not hold', async () => {
      await assert.rejects(sheetOf([['x'.repeat(32_768)]], [25]), reasonOf('value-too-long'));
      const tooMany = { ...selected([]), count: 1_048_576 };
      await assert.rejects(writePieces(target, workbookPieces(tooMany, columns)), reasonOf('too-many-rows'));
      assert.deepEqual(await readdir(folder), []);
    });
  });
});

describe('clipboardText', () => {
  it('tells how far it is, and has everything', async () => {
    const told: number[] = [];
    const text = await clipboardText(selected(manyRows, { atOnce: 4_000 }), plain, {
      progress: (rows) => told.push(rows),
    });
    assert.deepEqual(told, [4_000, 8_000, 10_000]);
    assert.equal(text.split('\r\n').length, manyRows.length + 2);
  });

  it('copies nothing when there is too much, when rows are gone, or when it is stopped', async () => {
    await assert.rejects(clipboardText(selected(manyRows), plain, { limit: 100 }), reasonOf('too-long'));
    await assert.rejects(clipboardText(selected(manyRows, { kept: 1 }), plain), reasonOf('rows-gone'));
    const stop = new AbortController();
    const copying = clipboardText(selected(manyRows), plain, { signal: stop.signal });
    stop.abort();
    await assert.rejects(copying, { name: 'AbortError' });
  });
});
