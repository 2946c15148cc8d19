import assert from 'node:assert/strict';
import { finished } from 'node:stream/promises';
import { after, before, describe, it } from 'mocha';
import * as v from 'valibot';
import { connect, type Session } from '../../src/postgres/session.ts';
import { clipboardText } from '../../src/sql/export/clipboardText.ts';
import type { ExportColumn, TextFormat } from '../../src/sql/export/format.ts';
import { csv, insertScript, json, jsonLines } from '../../src/sql/export/formats.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import { type PlainServer, startPlainServer } from '../support/plainServer.ts';
import { loneTarget, newRun } from '../support/sql.ts';

/** Values that are easily lost on the way, by type, as SQL expressions. NULL is added to each. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  smallint: ['-32768', '32767', '0'],
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807', '9007199254740993'],
  numeric: [
    "'NaN'",
    "'Infinity'",
    "'-Infinity'",
    '0.00',
    '1.50',
    "'123456789012345678901234567890.123456789012345678901234567890'",
    "('1e' || 5000)::numeric",
    "('-1e-' || 3000)::numeric",
  ],
  'numeric(20,5)': ['12345.67890', '-0.00001'],
  real: ["'-0'", "'NaN'", "'Infinity'", "'-Infinity'", '1e-45', '3.4028235e38', '0.1', '16777217'],
  'double precision': [
    "'-0'",
    "'NaN'",
    "'Infinity'",
    "'-Infinity'",
    '5e-324',
    '1.7976931348623157e308',
    '0.1',
    '1e21',
    '123456789012345680',
  ],
  boolean: ['true', 'false'],
  text: [
    "''",
    "' '",
    "'NULL'",
    "'null'",
    `'"'`,
    `'""'`,
    "','",
    "';'",
    "'a' || chr(10) || 'b'",
    'chr(13)',
    'chr(13) || chr(10)',
    'chr(9)',
    'chr(1) || chr(127)',
    "E'\\\\'",
    "E'\\\\.'",
    "E'\\\\N'",
    "E'it''s \\\\n'",
    "'😀 é 漢字'",
    'chr(8232)',
    "'  both ends  '",
    "'{}'",
    "'$1 :name'",
  ],
  'varchar(10)': ["''", "'0123456789'", "'  '"],
  'char(5)': ["'ab'", "''", "'12345'"],
  '"char"': ["'a'", "''", `'"'`, "','"],
  name: ["'name'", `'quoted "name"'`],
  bytea: ["''", "'\\x00ff'", "'\\x5c0a27'", "decode(repeat('00010203', 1000), 'hex')"],
  date: ["'infinity'", "'-infinity'", "'0044-03-15 BC'", "'5874897-12-31'", "'2024-02-29'"],
  time: ["'00:00:00'", "'24:00:00'", "'23:59:59.999999'"],
  timetz: ["'00:00:00+15:59'", "'24:00:00-12:30:15'", "'12:00:00.5+00'"],
  timestamp: [
    "'infinity'",
    "'-infinity'",
    "'0001-01-01 00:00:00.000001 BC'",
    "'294276-12-31 23:59:59.999999'",
  ],
  timestamptz: [
    "'infinity'",
    "'-infinity'",
    "'0044-03-15 12:00:00 BC'",
    "'2024-10-27 02:30:00+02'",
    "'1890-01-01 00:00:00'",
  ],
  interval: ["'-1 year 2 mons -3 days 04:05:06.789'", "'0'", "'178000000 years'", "'-00:00:00.000001'"],
  uuid: ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
  json: [
    "'null'",
    `'""'`,
    `'{"a": 1, "a": 2,  "b": 1.10}'`,
    `'[12345678901234567890.10]'`,
    `'"say \\"hi\\" \\u00e9"'`,
  ],
  jsonb: ["'null'", `'""'`, `'{"b": [1, null, "NULL"], "a": 1.10}'`, `'12345678901234567890.10'`, `'{}'`],
  xml: ["'<a>1</a>'", `'<a b="c">&lt;</a>'`, "'text'", "''"],
  'integer[]': ["'{}'", "'{1,NULL,3}'", "'{{1,2},{3,4}}'", "'[0:2]={1,2,3}'", "'[-1:0][2:3]={{1,2},{3,4}}'"],
  'text[]': [
    `'{"NULL",NULL,null,"",a,"b,c","d\\"e","f\\\\g","{"," h "}'`,
    `'{{"a","b"},{NULL,"d"}}'`,
    "ARRAY[chr(10), chr(13), chr(9), '😀']",
  ],
  'numeric[]': ["'{NaN,1.50,Infinity}'"],
  'double precision[]': ["'{-0,NaN,5e-324}'"],
  'boolean[]': ["'{t,f,NULL}'"],
  'bytea[]': [String.raw`ARRAY['\x00ff'::bytea, '\x'::bytea]`],
  'json[]': [`ARRAY['{"a": [1, "x"]}', 'null']::json[]`, `ARRAY['{"a": [1, "x"]}', NULL]::json[]`],
  'jsonb[]': [`ARRAY['{"a": [1, "x"]}', 'null']::jsonb[]`, `ARRAY['{"a": [1, "x"]}', NULL]::jsonb[]`],
  'timestamptz[]': ['\'{infinity,"2024-01-01 00:00:00+00"}\''],
  'box[]': ["'{(1,1),(0,0);(3,3),(2,2)}'"],
  int4range: ["'empty'", "'(,)'", "'[1,10)'", "'(,5)'"],
  numrange: ["'[1.50,NaN]'", "'(0,1)'"],
  tsrange: ["'[2024-01-01,infinity)'", "'(,2024-01-01 10:00:00)'"],
  tstzrange: ["'[2024-01-01 00:00:00+00,)'"],
  daterange: ["'[2024-01-01,2024-01-02)'", "'empty'"],
  int8range: ["'[-9223372036854775808,9223372036854775806)'"],
  int4multirange: ["'{[1,2),[5,)}'"],
  int8multirange: ["'{[-9223372036854775808,5)}'"],
  tsmultirange: ["'{[2024-01-01,infinity)}'"],
  tstzmultirange: ["'{[2024-01-01 00:00:00+00,)}'"],
  nummultirange: ["'{}'", "'{[1,2),(3,4]}'"],
  datemultirange: ["'{[2024-01-01,2024-01-05),[2025-01-01,)}'"],
  'int4range[]': [`'{"[1,2)",empty}'`],
  composite: [
    `ROW(1, 'a,"b"', '{NULL,"NULL"}')`,
    `ROW(NULL, NULL, NULL)`,
    `ROW(2, '', '{}')`,
    "ROW(3, E'\\\\ (x)', NULL)",
  ],
  'composite[]': [`ARRAY[ROW(1, 'a,"b"', '{1}')::composite, NULL]`],
  mood: ["'happy'", `'it''s "so-so"'`, "''"],
  'mood[]': [`ARRAY['happy', NULL, '']::mood[]`],
  positive: ['1', '99999999999999999999'],
  inet: ["'192.168.0.1/24'", "'::1'", "'10.0.0.1'"],
  cidr: ["'10.0.0.0/8'", "'2001:db8::/32'"],
  macaddr: ["'08:00:2b:01:02:03'"],
  macaddr8: ["'08:00:2b:01:02:03:04:05'"],
  'bit(3)': ["B'101'", "B'000'"],
  varbit: ["B''", "B'1'", "B'10101010101'"],
  point: ["'(1e-300,-0)'", "'(NaN,Infinity)'", "'(0.1,0.2)'"],
  line: ["'{1,-1,0.5}'"],
  lseg: ["'[(0,0),(1.5,2)]'"],
  box: ["'(2,2),(0,0)'"],
  path: ["'[(0,0),(1,1)]'", "'((0,0),(1,1),(2,0))'"],
  polygon: ["'((0,0),(1,1),(2,0))'"],
  circle: ["'<(1,2),0.1>'"],
  tsvector: ["''", `'fat:2A cat:3 ''it''''s'''`, "to_tsvector('english', 'The quick brown foxes')"],
  tsquery: ["''", "'fat & (rat | !cat)'", "'a:*A <2> b'"],
  pg_lsn: ["'0/0'", "'FFFFFFFF/FFFFFFFF'"],
  txid_snapshot: ["'10:20:10,14,15'"],
  pg_snapshot: ["'10:20:10,14,15'"],
  xid8: ["'18446744073709551615'"],
  xid: ["'4294967295'"],
  cid: ["'0'"],
  tid: ["'(4294967295,65535)'"],
  oid: ['0', '4294967295'],
  oidvector: ["'1 2 3'", "''"],
  int2vector: ["'1 -2 3'"],
  regclass: ["'pg_class'", `'public."Odd ""name"""'`],
  regtype: ["'timestamp with time zone'", "'composite[]'"],
  regproc: ["'now'"],
  regprocedure: ["'abs(bigint)'"],
  regoper: ["'||/'"],
  regoperator: ["'+(integer,integer)'"],
  regcollation: ['\'"C"\''],
  regdictionary: ["'english_stem'"],
  regnamespace: ["'public'"],
  regrole: ["'postgres'"],
  regconfig: ["'english'"],
  money: ["'-92233720368547758.08'", "'1234.50'"],
  jsonpath: [`'$.a[*] ? (@ > 1)'`, `'$."a b"'`],
  aclitem: ["'postgres=r/postgres'"],
  refcursor: ["'cursor'"],
};

/**
 * Values that don't come back by JSON, as conditions: a JSON null is written like NULL, because JSON has no other, and
 * json_populate_recordset writes escapes within strings as the characters that they mean.
 */
const NOT_BY_JSON: Readonly<Record<string, string>> = {
  json: `v::text = 'null' OR v::text LIKE '%\\\\u%'`,
  jsonb: `v = 'null'`,
  'json[]': `v[2]::text = 'null'`,
  'jsonb[]': `v[2] = 'null'`,
};

const Count = v.object({ rows: v.number() });

describe('formats of results', function () {
  this.timeout(60_000);
  let server: PlainServer;
  let session: Session;
  let file: FileSession;

  before(async function () {
    server = await startPlainServer(this, 25730);
    session = await connect(server.credentials, { applicationName: 'formats' });
    file = new FileSession(loneTarget(server.credentials), 'formats.sql');
    await session.run('CREATE TYPE composite AS (a int, b text, c text[])');
    await session.run(`CREATE TYPE mood AS ENUM ('happy', 'it''s "so-so"', '')`);
    await session.run('CREATE DOMAIN positive AS numeric CHECK (value > 0)');
    await session.run('CREATE TABLE "Odd ""name""" (a int)');
  });
  after(async () => {
    await file.close();
    await session.close();
    await server.destroy();
  });

  /** What a table's rows are in a format. */
  const written = async (
    sql: string,
    format: (columns: readonly ExportColumn[]) => TextFormat,
  ): Promise<string> => {
    const run = newRun(file, loneTarget(server.credentials), sql);
    await run.run();
    const [statement] = run.statements;
    assert.ok(statement);
    assert.equal(statement.view.failure, undefined);
    const { columns, rowCount } = statement.view;
    const rows = { window: (first: number, count: number) => statement.rows(first, count) };
    return clipboardText(
      { rows, first: 0, count: rowCount, columns: columns.map((_, index) => index) },
      format(columns),
    );
  };
  const copyIn = async (table: string, options: string, text: string): Promise<void> => {
    const stream = await session.copyIn(`COPY ${table} FROM STDIN (${options})`);
    stream.end(text);
    await finished(stream);
  };
  /** Rows that are not the same, byte by byte, in both tables. */
  const differences = async (): Promise<number> => {
    const [row] = await session.query(
      Count,
      'SELECT count(*)::int AS rows FROM edge FULL JOIN back USING (n) WHERE NOT edge *= back OR edge.n IS NULL OR back.n IS NULL',
    );
    return row?.rows ?? -1;
  };
  const makeEdge = async (type: string, values: readonly string[]): Promise<void> => {
    await session.run('DROP TABLE IF EXISTS edge, back');
    await session.run(`CREATE TABLE edge (n int PRIMARY KEY, v ${type})`);
    await session.run(`CREATE TABLE back (n int PRIMARY KEY, v ${type})`);
    for (const [n, value] of [...values, 'NULL'].entries())
      await session.run(`INSERT INTO edge VALUES (${n}, ${value})`);
  };

  for (const [type, values] of Object.entries(EDGES)) {
    it(`brings back ${type}`, async () => {
      await makeEdge(type, values);
      const sql = 'SELECT n, v FROM edge ORDER BY n';

      const plain = { delimiter: ',', header: true, nullText: '' };
      await copyIn('back', 'FORMAT csv, HEADER', await written(sql, (columns) => csv(columns, plain)));
      assert.equal(await differences(), 0, 'as CSV');

      await session.run('TRUNCATE back');
      const other = { delimiter: ';', header: false, nullText: 'NULL' };
      await copyIn(
        'back',
        `FORMAT csv, DELIMITER ';', NULL 'NULL'`,
        await written(sql, (columns) => csv(columns, other)),
      );
      assert.equal(await differences(), 0, 'as CSV with semicolons and NULL as a word');

      await session.run('TRUNCATE back');
      await session.run(
        await written(sql, (columns) => insertScript(columns, { schema: 'public', name: 'back' })),
      );
      assert.equal(await differences(), 0, 'as INSERT');

      await session.run('TRUNCATE back');
      await session.run(`DELETE FROM edge WHERE ${NOT_BY_JSON[type] ?? 'false'}`);
      await session.run('INSERT INTO back SELECT * FROM json_populate_recordset(NULL::back, $1)', [
        await written(sql, json),
      ]);
      assert.equal(await differences(), 0, 'as JSON');

      await session.run('TRUNCATE back');
      const lines = (await written(sql, jsonLines)).trimEnd().split('\n');
      for (const line of lines)
        await session.run('INSERT INTO back SELECT * FROM json_populate_record(NULL::back, $1)', [line]);
      assert.equal(await differences(), 0, 'as JSON lines');
    });
  }

  it('leaves no base type of the server untried', async () => {
    const untried = await session.query(
      v.object({ name: v.string() }),
      `SELECT t.oid::regtype::text AS name FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
       WHERE n.nspname = 'pg_catalog' AND t.typtype IN ('b', 'r', 'm') AND t.typcategory NOT IN ('A', 'P', 'Z')
           -- What is inside of an index: it has no text that can be read.
           AND t.typname <> 'gtsvector'
         AND NOT EXISTS (SELECT FROM unnest($1::text[]) tried WHERE tried::regtype = t.oid) ORDER BY 1`,
      [Object.keys(EDGES).map((type) => type.replace(/\(.*\)/, ''))],
    );
    assert.deepEqual(
      untried.map(({ name }) => name),
      [],
    );
  });
});
