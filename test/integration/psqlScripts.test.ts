import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import * as v from 'valibot';
import { connect, type Session } from '../../src/postgres/session.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../src/sql/run/run.ts';
import { type PlainServer, startPlainServer } from '../support/plainServer.ts';
import { skip } from '../support/skip.ts';
import { loneTarget, newRun } from '../support/sql.ts';

/**
 * Scripts that psql and this runner are given alike, each with a schema of its own; `seen` collects what they find.
 * They may use the files `part.sql`, `deeper/inner.sql` and `rows.csv`.
 */
const SCRIPTS: Readonly<Record<string, string>> = {
  'variables in every form': String.raw`
\set one 1
\set text 'it''s \\ a "text"\n'
\set table 'Odd "Name'
\set empty
CREATE TABLE :"table" (a int, b text);
INSERT INTO :"table" VALUES (:one, :'text'), (:one+1, ':text'), (3, $$:one$$), (4, /* :one */ 'x'), (:one::int + 4, :'empty');
INSERT INTO seen SELECT a || b FROM :"table";
INSERT INTO seen SELECT :{?one} || ',' || :{?nosuch};
INSERT INTO seen SELECT (ARRAY[10,20,30])[:one];
INSERT INTO seen SELECT (ARRAY[10,20,30])[1:2]::text;
\set two :one 2 '3'
INSERT INTO seen VALUES (:'two');
\unset one
INSERT INTO seen VALUES (:{?one});`,
  'variables within variables': String.raw`
\set inner 5
\set outer '(:inner + 1) * :inner'
\set column 'a AS "x y"'
INSERT INTO seen SELECT :outer;
INSERT INTO seen SELECT "x y" FROM (SELECT :column FROM (VALUES ('v')) AS t(a)) AS u;`,
  conditions: String.raw`
\set yes true
\set word ofF
\if :yes
  INSERT INTO seen VALUES ('if');
  \if :word
    INSERT INTO seen VALUES ('inner');
  \elif 1
    INSERT INTO seen VALUES ('inner elif');
  \elif 1
    INSERT INTO seen VALUES ('second elif');
  \else
    INSERT INTO seen VALUES ('inner else');
  \endif
\else
  INSERT INTO seen VALUES ('else');
  \if 1
    INSERT INTO seen VALUES ('not reached');
  \endif
\endif
\if maybe
  INSERT INTO seen VALUES ('maybe');
\else
  INSERT INTO seen VALUES ('no boolean');
\endif
\if :{?yes}
  INSERT INTO seen VALUES ('set');
\endif`,
  'values of a result': String.raw`
SELECT 7 AS seven, 'a ''b'' "c"' AS quoted, NULL AS nothing \gset
SELECT 8 AS eight \gset pre_
\set nothing_was :{?nothing}
INSERT INTO seen VALUES (:seven), (:'quoted'), (:'nothing_was'), (:pre_eight);
SELECT count(*) = 4 AS four FROM seen \gset
\if :four
INSERT INTO seen VALUES ('four');
\endif
INSERT INTO seen VALUES (:'ROW_COUNT'), (:'ERROR'), (:'SQLSTATE');
INSERT INTO seen VALUES (:'DBNAME' || :'USER' || :'HOST' || :'PORT' || :'SERVER_VERSION_NUM' || :'ENCODING');`,
  'statements made by a statement': String.raw`
SELECT format('CREATE TABLE t%s AS SELECT %s AS n', i, i), format('INSERT INTO seen SELECT n FROM t%s', i)
FROM generate_series(1, 3) AS i ORDER BY i \gexec
SELECT NULL, 'INSERT INTO seen VALUES (''once'')' \gexec
SELECT 1 AS a, now() AS b \gdesc
INSERT INTO seen VALUES ('sent by g') \g
INSERT INTO seen VALUES ('sent by gx') \gx`,
  'rows in the file': String.raw`
CREATE TABLE t (a int, b text);
COPY t FROM STDIN;
1	one
2	\N
3	tab\there; -- no comment 'nor quote
\.
COPY t (b, a) FROM STDIN WITH (FORMAT csv, HEADER);
b,a
"with, comma",4
"über 😀",5
\.
COPY t FROM STDIN;
\.
INSERT INTO seen SELECT a || ':' || coalesce(b, 'NULL') FROM t ORDER BY a;
INSERT INTO seen SELECT count(*) FROM t;`,
  'files in files': String.raw`
INSERT INTO seen VALUES ('before');
\set from_outside 5
\ir part.sql
INSERT INTO seen VALUES (:from_part);
\i deeper/../part.sql
\if false
\ir part.sql
\ir no-such-file.sql
\endif
INSERT INTO seen VALUES ('after');`,
  'copies of files': String.raw`
CREATE TABLE t (a int, b text);
\copy t from 'rows.csv' with (format csv, header)
\copy t (a) from stdin
7
8
\.
\copy (SELECT a, b FROM t ORDER BY a) to 'out.csv' csv header
\copy t to 'out.bin' with (format binary)
CREATE TABLE u (LIKE t);
\copy u from out.bin binary
\copy t from 'rows.csv' csv header where a > 1
INSERT INTO seen SELECT a || coalesce(b, 'NULL') FROM u ORDER BY a;
INSERT INTO seen SELECT count(*) FROM t;`,
  'an end before the end': String.raw`
INSERT INTO seen VALUES (1);
\q
INSERT INTO seen VALUES (2);`,
  'errors that are passed over': String.raw`
\set ON_ERROR_STOP off
SELECT 1/0;
INSERT INTO seen VALUES (:'SQLSTATE'), (:'ERROR'), (:'LAST_ERROR_MESSAGE'), (:'LAST_ERROR_SQLSTATE');
BEGIN;
INSERT INTO seen VALUES ('lost');
SELECT nosuch;
INSERT INTO seen VALUES ('not taken');
COMMIT;
INSERT INTO seen VALUES ('kept');`,
  'an error that ends it': String.raw`
INSERT INTO seen VALUES ('first');
SELECT 1/0;
INSERT INTO seen VALUES ('second');`,
  'words that say nothing of data': String.raw`
\timing on
\x
\pset null '(null)'
\encoding UTF8
\echo hello :HOST
\qecho "quoted"
\warn careful
\conninfo
\d
\dt
\df
INSERT INTO seen VALUES ('done') \;
`.replace(' \\;', ';'),
  'a statement without its semicolon': `INSERT INTO seen VALUES ('one');\nINSERT INTO seen VALUES ('last')`,
};

const FILES: Readonly<Record<string, string>> = {
  'part.sql': String.raw`INSERT INTO seen VALUES ('part' || :from_outside);
\set from_part 9
\ir deeper/inner.sql
INSERT INTO seen VALUES ('end of part');
`,
  'deeper/inner.sql': String.raw`\if true
INSERT INTO seen VALUES ('inner');
\q
\endif
INSERT INTO seen VALUES ('after q');
`,
  'rows.csv': 'a,b\n1,one\n2,"two\nlines"\n3,\n',
};

const Text = v.object({ text: v.nullable(v.string()) });

describe('scripts, as psql runs them', function () {
  this.timeout(60_000);
  let server: PlainServer;
  let observer: Session;
  let psql: string;
  let folder: string;
  let file: FileSession;

  before(async function () {
    server = await startPlainServer(this, 25730);
    observer = await connect(server.credentials, { applicationName: 'observer' });
    const [install] = await localMachine.findInstalls('');
    psql = path.join(install?.binDirectory ?? '', 'psql');
    await promisify(execFile)(psql, ['--version']).catch(() => skip(this, 'psql is not installed'));
  });
  after(async () => {
    await observer.close();
    await server.destroy();
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'citus-psql-'));
    await mkdir(path.join(folder, 'deeper'));
    for (const [name, text] of Object.entries(FILES)) await writeFile(path.join(folder, name), text);
    file = new FileSession(loneTarget(server.credentials), 'test.sql');
  });
  afterEach(async () => {
    await file.close();
    await rm(folder, { recursive: true, force: true });
  });

  const texts = async (sql: string): Promise<(string | null)[]> =>
    (await observer.query(Text, sql)).map(({ text }) => text);
  /** What a script has left: the rows of every table, and the files beside it. */
  const leftBy = async (schema: string): Promise<unknown> => {
    const tables = await texts(
      `SELECT format('%I.%I', schemaname, tablename) AS text FROM pg_tables WHERE schemaname = '${schema}' ORDER BY 1`,
    );
    const rows: Record<string, unknown> = {};
    for (const table of tables)
      rows[table ?? ''] = await texts(`SELECT t::text AS text FROM ${table} t ORDER BY ctid`);
    for (const name of await readdir(folder)) {
      if (!name.startsWith('out')) continue;
      rows[name] = await readFile(path.join(folder, name), 'latin1');
      await rm(path.join(folder, name));
    }
    return rows;
  };
  const prelude = (schema: string): string =>
    `DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}; SET search_path = ${schema}; CREATE TABLE seen (what text);\n`;
  const runHere = async (text: string, ask?: Parameters<typeof newRun>[4]): Promise<SqlRun> => {
    const run = newRun(file, file.server as ReturnType<typeof loneTarget>, text, undefined, {
      path: path.join(folder, 'test.sql'),
      ...ask,
    });
    await run.run();
    return run;
  };

  for (const [title, script] of Object.entries(SCRIPTS)) {
    it(`${title} leave the same behind`, async () => {
      const text = prelude('script') + script;
      await writeFile(path.join(folder, 'test.sql'), text);
      const { host, port, user, password, database } = server.credentials;
      const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=on', '-f', 'test.sql'];
      const place = ['-h', host, '-p', String(port), '-U', user, '-d', database];
      await promisify(execFile)(psql, [...args, ...place], {
        cwd: folder,
        env: { ...process.env, PGPASSWORD: password },
      }).catch((error: unknown) => {
        // Its status where a statement failed under ON_ERROR_STOP.
        assert.equal((error as { code?: unknown }).code, 3, String(error));
      });
      const byPsql = await leftBy('script');
      await observer.run('DROP SCHEMA script CASCADE');
      const { view } = await runHere(text);
      const byUs = await leftBy('script');
      assert.deepEqual(byUs, byPsql, JSON.stringify(view.statements.filter(({ failure }) => failure)));
      assert.ok(Object.keys(byPsql as object).length > 0);
    });
  }

  const rowsOf = async (run: SqlRun, id: number): Promise<(string | null)[][]> => {
    const statement = run.statements[id]!;
    assert.equal(statement.view.failure, undefined);
    return statement.rows(0, 1000);
  };
  const states = ({ view }: SqlRun): string[] => view.statements.map(({ state }) => state);

  it('runs nothing of a script that has what can’t be run', async () => {
    await observer.run('DROP TABLE IF EXISTS public.never');
    const make = 'CREATE TABLE public.never ();';
    for (const [script, why] of [
      [`${make}\n\\! ls`, /\\! is a psql command/],
      [`${make}\n\\ir nowhere.sql`, /nowhere\.sql can't be read/],
      [`${make}\n\\ir test.sql`, /include itself/],
      [`${make}\n\\if true\n`, /never ended/],
      [`${make}\n\\endif`, /no \\if/],
      [`${make} \\gset`, /no statement to send/],
      [`${make}\nSELECT 1\n\\set x 1\n+ 2;`, /middle of a statement/],
      [`${make}\nSELECT 1 \\g /tmp/out`, /writes to no file/],
      [`${make}\nSELECT 1 \\watch 1`, /\\watch is a psql command/],
    ] as const) {
      const run = await runHere(script);
      const failed = run.view.statements.filter(({ failure }) => failure);
      assert.equal(failed.length, 1, script);
      assert.match(failed[0]!.failure!.message, why);
      assert.match(failed[0]!.failure!.hint!, /Nothing was run/);
      assert.ok(states(run).every((state) => state === 'skipped' || state === 'failed'));
    }
    assert.deepEqual(await texts(`SELECT to_regclass('public.never')::text AS text`), [null]);
  });

  it('shows which steps were left out, and why', async () => {
    const run = await runHere('\\if false\nSELECT 1;\n\\endif\nSELECT 2;\n\\q\nSELECT 3;');
    assert.deepEqual(states(run), ['done', 'skipped', 'done', 'done', 'done', 'skipped']);
    assert.match(run.view.statements[1]!.skippedBecause!, /branch/);
    assert.match(run.view.statements[5]!.skippedBecause!, /\\q/);
  });

  it('keeps variables from run to run, as long as the connection lives', async () => {
    await runHere('\\set kept 5');
    assert.deepEqual(await rowsOf(await runHere('SELECT :kept + 1'), 0), [['6']]);
    await file.close();
    const run = await runHere('SELECT :kept');
    assert.deepEqual(states(run), ['cancelled']);
  });

  it('asks for parameters once, with their types, and binds what it is given', async () => {
    const asked: string[] = [];
    const values: Record<string, string | null> = {
      ':id': '7',
      ':name': `o'"x\\'; DROP TABLE t --`,
      $1: null,
    };
    const run = await runHere(
      `SELECT :id::int + 1, :name::text, ':id', $1::date IS NULL;\nSELECT :id::int;\nSELECT :'name' || '!';`,
      {
        ask: ({ name, type }) => {
          asked.push(`${name} ${type ?? ''}`);
          return Promise.resolve(values[name]);
        },
      },
    );
    assert.deepEqual(asked, ['$1 date', ':id integer', ':name text']);
    assert.deepEqual(await rowsOf(run, 0), [['8', values[':name'], ':id', 't']]);
    assert.deepEqual(await rowsOf(run, 1), [['7']]);
    assert.deepEqual(await rowsOf(run, 2), [[`${values[':name'] ?? ''}!`]]);
  });

  it('sends nothing when asking is given up, and points at what a value was wrong for', async () => {
    const run = await runHere('CREATE TABLE public.never (); SELECT :id::int');
    assert.deepEqual(states(run), ['skipped', 'cancelled']);
    assert.deepEqual(await texts(`SELECT to_regclass('public.never')::text AS text`), [null]);
    const text = `\\set a 'sum(x)'\nSELECT :a, nosuch, :b::int FROM (VALUES (1)) t(x);`;
    const failed = await runHere(text, { ask: () => Promise.resolve('1') });
    assert.equal(failed.statements[1]!.errorOffset, text.indexOf('nosuch'));
  });

  it('asks late for what depends on the run before', async () => {
    const asked: string[] = [];
    const run = await runHere(
      `SELECT 1 AS one \\gset\n\\if :one\nSELECT :late;\n\\else\nSELECT :never;\n\\endif`,
      {
        ask: ({ name }) => {
          asked.push(name);
          return Promise.resolve('x');
        },
      },
    );
    assert.deepEqual(asked, [':late']);
    assert.deepEqual(await rowsOf(run, 3), [['x']]);
  });

  it('lets a script ask', async () => {
    const run = await runHere(`\\prompt 'Your name?' who\nSELECT :'who';`, {
      ask: ({ kind, name, text }) => Promise.resolve(`${kind} ${name} ${text ?? ''}`),
    });
    assert.deepEqual(await rowsOf(run, 1), [['prompt who Your name?']]);
  });

  it('names the line of the file that a COPY failed at', async () => {
    const text = 'CREATE TEMP TABLE t (a int);\nCOPY t FROM STDIN;\n1\n2\nthree\n4\n\\.\nSELECT 1;';
    const run = await runHere(text);
    assert.deepEqual(states(run), ['done', 'failed', 'skipped']);
    assert.match(
      run.view.statements[1]!.failure!.explanation!,
      /^Line 5 of test\.sql: COPY t, line 3, column a/,
    );
    assert.equal(run.statements[1]!.errorOffset, text.indexOf('three'));
    assert.deepEqual(await rowsOf(await runHere('SELECT count(*) FROM t'), 0), [['0']]);
  });

  it('shows what COPY TO STDOUT gives', async () => {
    const run = await runHere(`COPY (VALUES (1, 'a'), (2, NULL)) TO STDOUT;\n\\copy (SELECT 3) to stdout`);
    assert.deepEqual(await rowsOf(run, 0), [['1\ta'], ['2\t\\N']]);
    assert.deepEqual(await rowsOf(run, 1), [['3']]);
    assert.equal(run.view.statements[1]!.commandTag, 'COPY 1');
  });

  it('cancels a \\copy to a file, and leaves the file that was there before', async () => {
    await writeFile(path.join(folder, 'big.txt'), 'before');
    const run = newRun(
      file,
      loneTarget(server.credentials),
      `\\copy (SELECT repeat('x', 1000) FROM generate_series(1, 10000000)) to 'big.txt'\nSELECT 1`,
      ({ view }) => {
        if (view.progress !== undefined) run.cancel();
      },
      { path: path.join(folder, 'test.sql') },
    );
    await run.run();
    assert.deepEqual(states(run), ['cancelled', 'skipped']);
    assert.equal(await readFile(path.join(folder, 'big.txt'), 'utf8'), 'before');
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes('part')),
      ['part.sql'],
    );
    assert.deepEqual(
      await rowsOf(await runHere('SELECT 1'), 0),
      [['1']],
      'the connection is as good as before',
    );
  });

  it('cancels a \\copy from a file, of which nothing stays', async () => {
    await writeFile(path.join(folder, 'big.txt'), `${'x'.repeat(99)}\n`.repeat(500_000));
    await runHere('CREATE TEMP TABLE t (a text)');
    const run = newRun(
      file,
      loneTarget(server.credentials),
      `\\copy t from big.txt`,
      ({ view }) => {
        if (view.progress !== undefined) run.cancel();
      },
      { path: path.join(folder, 'test.sql') },
    );
    await run.run();
    assert.deepEqual(states(run), ['cancelled']);
    assert.deepEqual(await rowsOf(await runHere('SELECT count(*) FROM t'), 0), [['0']]);
  });

  it('copies a large file both ways unchanged', async () => {
    const text = Array.from({ length: 300_000 }, (_, index) => `${index}\t${'ü'.repeat(index % 100)}\n`).join(
      '',
    );
    await writeFile(path.join(folder, 'big.txt'), text);
    const run = await runHere(
      `CREATE TEMP TABLE t (a int, b text);\n\\copy t from big.txt\n\\copy (SELECT * FROM t ORDER BY a) to again.txt`,
    );
    assert.deepEqual(states(run), ['done', 'done', 'done']);
    assert.match(run.view.statements[1]!.progress!, /MB of .* MB/);
    const again = await readFile(path.join(folder, 'again.txt'), 'utf8');
    assert.equal(again.length, text.length);
    assert.ok(again === text);
  });

  it('tells what can’t be read or written', async () => {
    const missing = await runHere('\\copy pg_class from nowhere.txt');
    assert.match(missing.view.statements[0]!.failure!.message, /nowhere\.txt can't be read/);
    const nowhere = await runHere('\\copy (SELECT 1) to nowhere/out.txt');
    assert.match(nowhere.view.statements[0]!.failure!.message, /nowhere\/out\.txt can't be written/);
    assert.match(
      (await runHere('\\copy t from program ls')).view.statements[0]!.failure!.message,
      /no programs/,
    );
    const wrong = await runHere('\\copy nosuch from rows.csv');
    assert.equal(wrong.view.statements[0]!.failure!.code, '42P01');
  });

  it('goes to another database until the run ends', async () => {
    const run = await runHere(
      `\\c template1\nSELECT current_database(), :'DBNAME';\n\\c - - server\n\\conninfo`,
    );
    assert.deepEqual(states(run), ['done', 'done', 'done', 'done']);
    assert.deepEqual(await rowsOf(run, 1), [['template1', 'template1']]);
    assert.match(
      run.view.statements[0]!.notices[0]!.message,
      /rest of this run goes to server, database template1/,
    );
    assert.deepEqual(await rowsOf(await runHere(`SELECT current_database(), :'DBNAME'`), 0), [
      ['postgres', 'postgres'],
    ]);
    for (const [script, why] of [
      ['BEGIN;\n\\c template1', /open transaction/],
      ['ROLLBACK;\n\\c - - nowhere', /no node nowhere/],
      ['\\c - somebody', /stays with the role/],
      ['\\c nosuch', /does not exist/],
    ] as const) {
      assert.match((await runHere(script)).view.statements.at(-1)!.failure!.message, why);
    }
    const open = await runHere('\\c template1\nBEGIN;');
    assert.match(open.view.statements[1]!.notices[0]!.message, /was rolled back/);
  });

  it('describes a table', async () => {
    await runHere(`DROP SCHEMA IF EXISTS d CASCADE; CREATE SCHEMA d; SET search_path = d;
      CREATE TABLE parent (id int PRIMARY KEY);
      CREATE TABLE "Some Table" (id serial PRIMARY KEY, p int NOT NULL REFERENCES parent, t text COLLATE "C" DEFAULT 'x',
        g int GENERATED ALWAYS AS (id * 2) STORED, CHECK (p > 0));
      CREATE INDEX some_index ON "Some Table" (t) WHERE p > 1;
      CREATE VIEW some_view AS SELECT 1 AS one;
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER some_trigger BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION f();`);
    const parts = await rowsOf(await runHere('\\d "Some Table"'), 0);
    assert.ok(parts.every(([relation]) => relation === 'd.Some Table'));
    assert.deepEqual(
      parts.map(([, part, name, type]) => `${part} ${name} ${type}`),
      [
        'column id integer',
        'column p integer',
        'column t text',
        'column g integer',
        'index Some Table_pkey primary key btree',
        'index some_index btree',
        'constraint Some Table_p_check check',
        'constraint Some Table_p_fkey foreign key',
        'constraint Some Table_pkey primary key',
      ],
    );
    assert.equal(parts[0]![4], `not null, default nextval('"Some Table_id_seq"'::regclass)`);
    assert.equal(parts[2]![4], `collate "C", default 'x'::text`);
    const parent = await rowsOf(await runHere('\\d parent'), 0);
    assert.deepEqual(
      parent.map(([, part, name]) => `${part} ${name}`),
      [
        'column id',
        'index parent_pkey',
        'constraint parent_pkey',
        'referenced by Some Table_p_fkey',
        'trigger some_trigger',
      ],
    );
    assert.match((await runHere('\\d nosuch')).view.statements[0]!.failure!.message, /nosuch/);
    const definition = (await rowsOf(await runHere('\\d+ some_view'), 0)).at(-1)!;
    assert.deepEqual([definition[1], definition[4]], ['definition', ' SELECT 1 AS one;']);
  });

  it('finds by patterns what psql finds', async () => {
    const { host, port, user, password, database } = server.credentials;
    const place = ['-h', host, '-p', String(port), '-U', user, '-d', database];
    const namesByPsql = async (command: string, column: number): Promise<string[]> => {
      const { stdout } = await promisify(execFile)(
        psql,
        ['-X', '-q', '-A', '-t', '-F', '\t', ...place, '-c', 'SET search_path = d', '-c', command],
        { env: { ...process.env, PGPASSWORD: password } },
      );
      const found = /^\S+\t/.test(stdout) ? stdout.trimEnd().split('\n') : [];
      return found.map((line) => line.split('\t')[column]!);
    };
    await runHere('SET search_path = d');
    for (const command of [
      '\\dt',
      '\\dt+',
      '\\d',
      '\\di',
      '\\dv',
      '\\ds',
      '\\dtv',
      '\\dm',
      '\\dt d.*',
      '\\dt *.*',
      '\\dt "Some Table"',
      '\\dt SOME*',
      '\\dt "Some"*',
      '\\dtS pg_cl*',
      '\\dt pg_catalog.pg_class',
      '\\dv information_schema.col*',
      '\\dt p?rent',
      '\\di some_(index|x)',
      '\\df',
      '\\df f',
      '\\df pg_catalog.abs',
      '\\dt none',
    ]) {
      const rows = await rowsOf(await runHere(command), 0);
      assert.deepEqual(
        rows.map((row) => row[1]),
        await namesByPsql(command, 1),
        command,
      );
    }
    for (const command of ['\\dn', '\\dn d', '\\dnS', '\\dx', '\\du', '\\l', '\\l temp*', '\\dn p*']) {
      const rows = await rowsOf(await runHere(command), 0);
      const names = (await namesByPsql(command, 0)).filter((name) => !/[=|]/.test(name));
      assert.deepEqual(
        rows.map((row) => row[0]),
        names,
        command,
      );
    }
    for (const command of ['\\dt+', '\\dn+', '\\df+', '\\du+', '\\dx+', '\\l+', '\\di+', '\\d+ parent']) {
      assert.ok((await rowsOf(await runHere(command), 0)).length > 0, command);
    }
  });
});
