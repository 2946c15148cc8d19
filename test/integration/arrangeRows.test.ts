import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { FilterView } from '../../src/contract/arrangement.ts';
import { ResultFiles } from '../../src/sql/results/resultFiles.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../src/sql/run/run.ts';
import type { RunStatement } from '../../src/sql/run/runStatement.ts';
import type { Target } from '../../src/sql/run/target.ts';
import { type PlainServer, startPlainServer } from '../support/plainServer.ts';
import { loneTarget, newRun } from '../support/sql.ts';

/** Values at the edges of each type, and some that are alike. The server sorts text as COLLATE "C" says. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  int2: ['-32768', '32767', '0', '-1', '1', '10', '9'],
  int8: [
    '-9223372036854775808',
    '9223372036854775807',
    '9223372036854775806',
    '9007199254740993',
    '9007199254740992',
    '0',
    '-1',
  ],
  numeric: [
    'NaN',
    'Infinity',
    '-Infinity',
    '0',
    '0.00',
    '1.50',
    '1.5',
    '1.500000000000000000001',
    '-1.5',
    '-1.51',
    '1e300',
    '1e-300',
    '-1e-300',
    '123456789012345678901234567890.1',
    '123456789012345678901234567890.2',
    '0.1',
    '0.09',
    '100',
    '99.99',
  ],
  float8: [
    'NaN',
    'Infinity',
    '-Infinity',
    '-0',
    '0',
    '1e308',
    '5e-324',
    '-5e-324',
    '0.1',
    '0.30000000000000004',
    '0.3',
    '1e21',
    '123456789',
  ],
  float4: ['NaN', 'Infinity', '-Infinity', '1e38', '1e-45', '0.1', '16777216', '-2.5'],
  money: ['-1.00', '1.00', '1234567.89', '0.05', '92233720368547758.07', '-92233720368547758.08'],
  date: [
    'infinity',
    '-infinity',
    '0044-03-15 BC',
    '0043-03-15 BC',
    '4713-01-01 BC',
    '0001-01-01',
    '1970-01-01',
    '1969-12-31',
    '5874897-12-31',
    '2000-02-29',
    '9999-12-31',
    '10000-01-01',
  ],
  timestamp: [
    'infinity',
    '-infinity',
    '4713-01-01 00:00:00 BC',
    '0001-12-31 23:59:59.999999 BC',
    '294276-12-31 23:59:59.999999',
    '2000-01-01 00:00:00',
    '1999-12-31 23:59:59.999999',
    '2000-01-01 00:00:00.000001',
    '2000-01-01 00:00:00.1',
  ],
  timestamptz: [
    'infinity',
    '-infinity',
    '0100-01-01 00:00:00 BC',
    '1850-06-01 12:00:00+00',
    '2024-03-31 00:59:59+00',
    '2024-03-31 01:00:00+00',
    '2024-10-27 00:30:00+00',
    '2024-10-27 01:30:00+00',
    '294276-12-31 12:00:00+00',
  ],
  time: ['00:00:00', '24:00:00', '23:59:59.999999', '12:00:00', '12:00:00.5'],
  timetz: [
    '00:00:00+14',
    '24:00:00-15:59',
    '12:00:00+00',
    '13:00:00+01',
    '11:00:00-01',
    '12:00:00.000001+00',
    '00:00:00+15:59',
  ],
  interval: [
    '1 mon',
    '30 days',
    '720:00:00',
    '29 days 23:59:59.999999',
    '-1 mon',
    '1 year',
    '360 days',
    '365 days',
    '-00:00:01',
    '1 day -00:00:01',
    '-1 day +00:00:01',
    '178000000 years',
    '-178000000 years',
    '00:00:00',
    '2562047788:00:54',
    '1 year 2 mons -3 days +04:05:06.789',
  ],
  bool: ['t', 'f'],
  uuid: [
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a10',
  ],
  text: [
    '',
    ' ',
    'a',
    'A',
    'b',
    'ab',
    'a ',
    'ä',
    'z',
    'é',
    'e\u0301',
    '😀',
    '\uffff',
    'zz',
    '\t',
    '\n',
    '10',
    '9',
    'x'.repeat(5000),
    `${'x'.repeat(5000)}y`,
  ],
  'char(3)': ['', 'a', 'a ', 'ab', 'b'],
  bytea: ['\\x', '\\x00', '\\xff', '\\x00ff', '\\x7f'],
  bit: ['0', '1'],
  varbit: ['', '0', '1', '01', '10', '010'],
  pg_lsn: ['0/0', '16/B374D848', '2/1', 'FFFFFFFF/FFFFFFFF', '10/0', 'A/0'],
};

const TEXTS = new Set(['text', 'char(3)']);

describe('arranging what a server sent', function () {
  this.timeout(60_000);
  let server: PlainServer;
  let target: Target;
  let file: FileSession;
  let folder: string;
  const runs: SqlRun[] = [];

  before(async function () {
    server = await startPlainServer(this, 25_730);
    target = loneTarget(server.credentials);
    folder = await mkdtemp(path.join(os.tmpdir(), 'citus-arrange-'));
  });
  after(async () => {
    await server.destroy();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    file = new FileSession(target, 'test.sql');
  });
  afterEach(async () => {
    await Promise.all(runs.splice(0).map((run) => run.close()));
    await file.close();
    assert.deepEqual(await readdir(folder), [], 'no file is left');
  });

  const start = (text: string): SqlRun => {
    const run = newRun(file, target, text, undefined, { createFile: new ResultFiles(folder).create });
    runs.push(run);
    return run;
  };
  const execute = async (text: string): Promise<RunStatement> => {
    const run = start(text);
    await run.run();
    const statement = run.statements.at(-1)!;
    assert.equal(statement.view.failure, undefined);
    return statement;
  };
  const allRows = async (statement: RunStatement): Promise<(string | null)[][]> =>
    statement.rows(0, statement.view.rowCount + 1);

  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const valuesOf = (type: string, values: readonly string[]): string =>
    `(SELECT place, value::${type} FROM unnest(ARRAY[${values.map(quoted).join(', ')}]::text[]) WITH ORDINALITY AS t(value, place)
      UNION ALL SELECT 1000, NULL UNION ALL SELECT 1001 + place, value::${type}
      FROM unnest(ARRAY[${values.toReversed().map(quoted).join(', ')}]::text[]) WITH ORDINALITY AS t(value, place)) AS edges(place, value)`;

  for (const [type, values] of Object.entries(EDGES)) {
    it(`sorts ${type} as the server does, and compares as it does`, async () => {
      const order = TEXTS.has(type) ? 'value COLLATE "C"' : 'value';
      const zone = "SET TimeZone = 'Europe/Berlin'; ";
      const edges = valuesOf(type, values);
      for (const direction of ['ASC', 'DESC']) {
        const expected = await allRows(
          await execute(`${zone}SELECT * FROM ${edges} ORDER BY ${order} ${direction}, place`),
        );
        const statement = await execute(`${zone}SELECT * FROM ${edges} ORDER BY place`);
        await statement.arrange(1, { sort: [{ column: 1, descending: direction === 'DESC' }], filters: [] });
        assert.deepEqual(await allRows(statement), expected, direction);
      }
      const statement = await execute(`${zone}SELECT * FROM ${edges} ORDER BY place`);
      for (const [operator, sql] of [
        ['less', '<'],
        ['atLeast', '>='],
        ['equals', '='],
      ] as const) {
        for (const value of values) {
          const filters: FilterView[] = [{ column: 1, operator, value }];
          await statement.arrange(2, { sort: [], filters });
          const rows = await allRows(statement);
          const condition = `${order} ${sql} ${quoted(value)}::${type}`;
          const expected = await allRows(
            await execute(`${zone}SELECT * FROM ${edges} WHERE ${condition} ORDER BY place`),
          );
          assert.deepEqual(rows, expected, condition);
        }
      }
    });
  }

  it('sorts and filters a result that is in a file, over all of it', async () => {
    const select = `SELECT i AS id, md5(i::text) AS hash, (i * 7919) % 1000 AS bucket, repeat('x', 100) AS filler
      FROM generate_series(1, 150000) AS i`;
    const statement = await execute(select);
    assert.equal((await readdir(folder)).length, 1, 'it has a file');
    await statement.arrange(1, {
      sort: [
        { column: 2, descending: true },
        { column: 1, descending: false },
      ],
      filters: [{ column: 0, operator: 'greater', value: '50000' }],
    });
    assert.equal(statement.arranged.rowCount, 100_000);
    const expected = await execute(
      `SELECT * FROM (${select}) AS t WHERE id > 50000 ORDER BY bucket DESC, hash COLLATE "C"`,
    );
    for (const first of [0, 1, 49_999, 99_900]) {
      assert.deepEqual(await statement.rows(first, 100), await expected.rows(first, 100));
    }
    const { match, count } = await statement.arranged.find(
      { text: 'ABCDE', matchCase: false, columns: [1] },
      { from: { row: 0, column: 1 }, backwards: true, inclusive: false },
    );
    const [counted] = await allRows(
      await execute(`SELECT count(*), max(place) - 1 FROM (SELECT hash, row_number() OVER (ORDER BY bucket DESC, hash COLLATE "C") AS place
        FROM (${select}) AS t WHERE id > 50000) AS t WHERE hash ~ 'abcde'`),
    );
    assert.deepEqual([String(count), String(match?.row)], counted);
  });

  it('waits for all rows of a statement that runs, and can be stopped meanwhile', async () => {
    const run = start('SELECT i FROM generate_series(1, 3) AS i, pg_sleep(0.3)');
    const running = run.run();
    const [statement] = run.statements;
    const stop = new AbortController();
    const sort = [{ column: 0, descending: true }];
    // The first answer comes when the statement is on its way.
    while (statement!.view.state !== 'running') await new Promise((resolve) => setImmediate(resolve));
    const stopped = statement!.arrange(1, { sort, filters: [] }, { signal: stop.signal });
    const arranging = statement!.arrange(2, { sort, filters: [] });
    stop.abort();
    await assert.rejects(stopped, { name: 'AbortError' });
    await running;
    await arranging;
    assert.deepEqual(await statement!.rows(0, 10), [['3'], ['2'], ['1']]);
  });
});
