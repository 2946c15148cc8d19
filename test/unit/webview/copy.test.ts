import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CopyError, copyText, copyTextAtOnce } from '../../../src/webview/grid/copy.ts';
import type { Row } from '../../../src/webview/grid/rows.ts';

const table: Row[] = [
  ['1', 'plain', null],
  ['2', '', 'NULL'],
  ['3', 'tab\there', 'say "hi"'],
  ['4', 'two\nlines', '↵'],
];
const all = { top: 0, bottom: 3, left: 0, right: 2 };
const fromTable = (first: number, count: number) => Promise.resolve(table.slice(first, first + count));

describe('copyText', () => {
  it('writes tab separated lines in which NULL, empty strings and separators stay apart', async () => {
    const text = '1\tplain\t\n2\t""\tNULL\n3\t"tab\there"\t"say ""hi"""\n4\t"two\nlines"\t↵';
    assert.equal(await copyText(all, fromTable), text);
    assert.equal(
      copyTextAtOnce(all, (row) => table[row]),
      text,
    );
  });

  it('takes only the selected columns', async () => {
    assert.equal(await copyText({ top: 1, bottom: 2, left: 0, right: 0 }, fromTable), '2\n3');
  });

  it('copies a single cell as it is', async () => {
    assert.equal(await copyText({ top: 3, bottom: 3, left: 1, right: 1 }, fromTable), 'two\nlines');
    assert.equal(await copyText({ top: 0, bottom: 0, left: 2, right: 2 }, fromTable), '');
  });

  it('reads on after short answers, and tells how far it is', async () => {
    const progress: number[] = [];
    const text = await copyText(all, (first) => Promise.resolve(table.slice(first, first + 1)), {
      progress: (rows) => progress.push(rows),
    });
    assert.equal(text, await copyText(all, fromTable));
    assert.deepEqual(progress, [1, 2, 3]);
  });

  it('copies nothing when rows can no longer be read', async () => {
    await assert.rejects(copyText({ ...all, bottom: 9 }, fromTable), CopyError);
  });

  it('copies nothing when there is too much', async () => {
    await assert.rejects(
      copyText(all, fromTable, { limit: 10 }),
      /Nothing was copied: the selection is longer/,
    );
  });

  it('can be stopped', async () => {
    const stop = new AbortController();
    const copying = copyText(all, fromTable, { signal: stop.signal });
    stop.abort();
    await assert.rejects(copying, { name: 'AbortError' });
  });

  it('is not done at once when a row is missing', () => {
    assert.equal(
      copyTextAtOnce(all, (row) => (row === 2 ? undefined : table[row])),
      undefined,
    );
  });
});
