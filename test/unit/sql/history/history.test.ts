import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { StatementView } from '../../../../src/contract/results.ts';
import { type HistoryEntry, historyEntry, MOST_TEXT } from '../../../../src/sql/history/entry.ts';
import { History } from '../../../../src/sql/history/history.ts';

const view = (more: Partial<StatementView> = {}): StatementView => ({
  id: 0,
  sql: '',
  line: 1,
  state: 'done',
  target: { cluster: 'demo', node: 'coordinator1', role: 'primary' },
  columns: [],
  rowCount: 0,
  startedAt: 1000,
  elapsedMs: 12.4,
  notices: [],
  ...more,
});
const where = { file: 'a.sql', clusterId: 'c1' };
const entry = (id: string, sql = `SELECT '${id}'`): HistoryEntry => historyEntry(id, where, view(), sql)!;

describe('the history', () => {
  let folder: string;
  let limit: number;
  let problems: unknown[];
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'citus-history-')), 'history');
    limit = 1000;
    problems = [];
  });
  afterEach(() => rm(path.dirname(folder), { recursive: true }));

  const open = (): History =>
    new History({
      folder,
      limit: () => limit,
      changed: () => undefined,
      onProblem: (error) => problems.push(error),
    });
  const file = (): string => path.join(folder, 'statements.jsonl');
  const ids = async (history: History): Promise<string[]> => (await history.entries()).map(({ id }) => id);

  it('is empty before anything ran', async () => {
    assert.deepEqual(await open().entries(), []);
  });

  it('keeps what ran, newest first, across restarts, where nobody else can read it', async () => {
    const history = open();
    const first = entry('1');
    history.add(first);
    history.add(entry('2'));
    await history.written();
    history.add(entry('3'));
    assert.deepEqual(await ids(history), ['3', '2', '1']);
    const [, , read] = await open().entries();
    assert.deepEqual(read, first);
    assert.equal((await stat(file())).mode & 0o777, 0o600);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
  });

  it('takes what several windows write at the same time', async () => {
    const windows = [open(), open(), open()];
    for (let n = 0; n < 40; n++) {
      for (const [index, window] of windows.entries()) window.add(entry(`${index}-${n}`, 'x'.repeat(5000)));
      if (n % 10 !== 0) continue;
      await windows[0]!.written();
      await windows[n % 3]!.remove(`0-${n}`);
    }
    await Promise.all(windows.map((window) => window.written()));
    const expected = windows
      .flatMap((_window, index) => Array.from({ length: 40 }, (_, n) => `${index}-${n}`))
      .filter((id) => !/^0-(0|10|20|30)$/.test(id));
    for (const window of windows) assert.deepEqual((await ids(window)).sort(), expected.sort());
    assert.deepEqual(problems, []);
  });

  it('passes over lines that were torn, and what isn’t an entry', async () => {
    const history = open();
    history.add(entry('1'));
    await history.written();
    await appendFile(file(), JSON.stringify(entry('torn')).slice(0, 50));
    history.add(entry('2'));
    await history.written();
    await appendFile(file(), '{"id":5}\n\0\0\0\n');
    history.add(entry('3'));
    assert.deepEqual(await ids(history), ['3', '2', '1']);
    assert.deepEqual(await ids(open()), ['3', '2', '1']);
  });

  it('reads a line only when it is whole', async () => {
    const history = open();
    history.add(entry('1'));
    await history.written();
    const line = JSON.stringify(entry('2', 'é'.repeat(2_000_000)));
    await appendFile(file(), line);
    assert.deepEqual(await ids(history), ['1']);
    await appendFile(file(), '\n');
    assert.deepEqual(await ids(history), ['2', '1']);
  });

  it('keeps no more than the limit, and with 0 nothing at all', async () => {
    const history = open();
    limit = 3;
    for (let n = 1; n <= 300; n++) history.add(entry(String(n)));
    assert.deepEqual(await ids(history), ['300', '299', '298']);
    assert.equal((await readFile(file(), 'utf8')).trim().split('\n').length, 3);
    limit = 2;
    await history.trim();
    assert.deepEqual(await ids(open()), ['300', '299']);
    limit = 0;
    history.add(entry('more'));
    await history.trim();
    assert.deepEqual(await readdir(folder), []);
    assert.deepEqual(await history.entries(), []);
  });

  it('removes one, or all, from the disk', async () => {
    const [one, other] = [open(), open()];
    for (const id of ['a', 'b', 'c']) one.add(entry(id));
    await one.written();
    await other.remove('b');
    assert.deepEqual(await ids(one), ['c', 'a']);
    assert.ok(!(await readFile(file(), 'utf8')).includes("'b'"));
    await one.clear();
    assert.deepEqual(await ids(other), []);
    assert.deepEqual(await readdir(folder), []);
  });

  it('tells what keeps it from writing, and goes on', async () => {
    await writeFile(folder, 'a file where the folder should be');
    const history = open();
    history.add(entry('1'));
    await history.written();
    assert.equal(problems.length, 1);
  });

  it('says how a statement went', () => {
    const failed = view({
      state: 'failed',
      failure: { code: '42601', message: 'syntax error at or near "hunter2"', remedies: [] },
    });
    assert.deepEqual(historyEntry('1', where, failed, 'SELEC 1'), {
      id: '1',
      at: 1000,
      ...where,
      cluster: 'demo',
      node: 'coordinator1',
      role: 'primary',
      ms: 12,
      outcome: 'failed',
      code: '42601',
      message: 'syntax error at or near "hunter2"',
      sql: 'SELEC 1',
    });
    const secret = historyEntry('2', where, failed, 'ALTER ROLE r PASSWORD hunter2');
    assert.ok(!JSON.stringify(secret).includes('hunter2'), 'an error may quote a secret');
    assert.equal(secret?.masked, true);
    assert.equal(historyEntry('3', where, view({ state: 'skipped' }), 'SELECT 1'), undefined);
  });

  it('cuts what is too long, and says so', () => {
    const sql = `SELECT "${'😀'.repeat(MOST_TEXT)}"`;
    const { sql: kept, wholeLength } = historyEntry('1', where, view(), sql)!;
    assert.equal(wholeLength, sql.length);
    assert.ok(kept.length <= MOST_TEXT && kept.length > MOST_TEXT - 3);
    assert.ok(!/[\uD800-\uDBFF]$/.test(kept));
  });

  it('keeps no literals of what is too long: what is not kept may tell that they are secrets', () => {
    const sql = `SELECT 'hunter2', ${'a, '.repeat(MOST_TEXT)} password FROM t`;
    const { sql: kept, masked, message } = historyEntry('1', where, view(), sql)!;
    assert.ok(kept.startsWith(`SELECT '•••', a, a, `));
    assert.deepEqual([masked, message], [true, undefined]);
  });
});
