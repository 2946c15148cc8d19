import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { readArguments, toIdentifier } from '../../../../src/sql/psql/arguments.ts';
import { parseBoolean } from '../../../../src/sql/psql/boolean.ts';
import { Conditionals } from '../../../../src/sql/psql/conditionals.ts';
import { parseCopy } from '../../../../src/sql/psql/copyCommand.ts';
import { parsePattern } from '../../../../src/sql/psql/describe/pattern.ts';
import { interpolate } from '../../../../src/sql/psql/interpolate.ts';
import { findParameters } from '../../../../src/sql/psql/parameters.ts';

const SET = new Map([
  ['a', '1'],
  ['q', "it's"],
  ['two', 'SELECT 1; SELECT 2'],
  ['open', "'x"],
  ['slash', '\\d'],
  ['loop', ':loop + 1'],
]);
const values = (text: string): string[] => readArguments(text, SET).map(({ value }) => value);
const sent = (sql: string): string => interpolate(sql, SET).text;

describe('arguments of psql commands', () => {
  it('are read as psql reads them', () => {
    assert.deepEqual(values(String.raw` a 'b c' "D e" 'it''s' '\n\x41\101' x'y'z `), [
      'a',
      'b c',
      '"D e"',
      "it's",
      '\nAA',
      'xyz',
    ]);
    assert.deepEqual(values(`:a x:a :'q' :"q" ':a' :nosuch ::a :{?a}:{?b}`), [
      '1',
      'x1',
      "'it''s'",
      `"it's"`,
      ':a',
      ':nosuch',
      ':1',
      'TRUEFALSE',
    ]);
    assert.throws(() => values("'open"), /not closed/);
    assert.throws(() => values('`date`'), /not run/);
  });

  it('give back any text in quotes', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const quoted = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
        assert.deepEqual(values(quoted), [text]);
      }),
    );
  });

  it('name things of the database', () => {
    assert.equal(toIdentifier('Abc"De""F"G'), 'abcDe"Fg');
  });
});

describe('psql’s truth', () => {
  it('is read with its abbreviations', () => {
    for (const word of ['1', 't', 'TRUE', 'tr', 'y', 'Yes', 'on', 'ON'])
      assert.equal(parseBoolean(word), true, word);
    for (const word of ['0', 'f', 'False', 'n', 'no', 'of', 'OFF'])
      assert.equal(parseBoolean(word), false, word);
    for (const word of ['', 'o', '2', 'truee', 'yes no']) assert.equal(parseBoolean(word), undefined, word);
  });

  it('takes at most one branch of an \\if, whatever the conditions', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1 }), fc.boolean(), (conditions, outer) => {
        const blocks = new Conditionals();
        blocks.if(outer);
        const taken: boolean[] = [];
        conditions.forEach((condition, index) => {
          if (index === 0) blocks.if(condition);
          else blocks.elif(condition);
          taken.push(blocks.active);
        });
        blocks.else();
        taken.push(blocks.active);
        const first = [...conditions, true].indexOf(true);
        assert.deepEqual(
          taken,
          taken.map((_, index) => outer && index === first),
        );
        assert.throws(() => {
          blocks.elif(true);
        });
        blocks.endif();
        blocks.endif();
        assert.ok(blocks.active);
      }),
    );
  });
});

describe('variables in statements', () => {
  it('stand outside of quotes and comments only', () => {
    const sql = `SELECT :a, ':a', ":a", $$:a$$, E'\\':a', x::a, y[1:a] -- :a\n/* :a */ + :a, :'q', :"q", :{?q}, :nosuch`;
    assert.equal(
      sent(sql),
      `SELECT 1, ':a', ":a", $$:a$$, E'\\':a', x::a, y[11] -- :a\n/* :a */ + 1, 'it''s', "it's", TRUE, :nosuch`,
    );
  });

  it('never make more or less than one statement', () => {
    for (const sql of [':two', 'SELECT :open', 'SELECT 1 :slash'])
      assert.throws(() => sent(sql), /one whole statement/);
    assert.equal(sent('SELECT :loop'), 'SELECT :loop + 1');
  });

  it('know where each character comes from', () => {
    const sql = 'SELECT :a + :q2 + :a, nosuch';
    const { text, origin } = interpolate(
      sql,
      new Map([
        ['a', '12345'],
        ['q2', '(6)'],
      ]),
    );
    assert.equal(origin(text.indexOf('nosuch')), sql.indexOf('nosuch'));
    assert.equal(origin(text.lastIndexOf('345')), sql.lastIndexOf(':a'));
  });
});

describe('parameters of statements', () => {
  const parameters = (sql: string): readonly string[] => findParameters(sql).parameters;

  it('are found where values are bound', () => {
    assert.deepEqual(parameters('SELECT $2, :b, :a, :b'), ['$1', '$2', ':b', ':a']);
    assert.equal(findParameters(`SELECT :b, $1, :'b', :a`).text, 'SELECT $2, $1, $2, $3');
    assert.deepEqual(parameters('EXPLAIN SELECT :a'), [':a']);
    assert.deepEqual(parameters('CREATE TABLE t AS SELECT :a'), [':a']);
  });

  it('are none where they mean something else', () => {
    for (const sql of [
      'PREPARE p AS SELECT $1',
      'CREATE FUNCTION f(int) RETURNS int BEGIN ATOMIC SELECT $1; END',
      `SELECT ':a', "$1", $$ $1 :a $$, a::int /* :a */ -- $1`,
      'SELECT x[1:n], x[:n], (ARRAY[1,2])[1:n]',
      'SELECT f(a := 1)',
      `SELECT JSON_OBJECT('k':v)`,
    ]) {
      assert.deepEqual(parameters(sql), [], sql);
    }
    assert.deepEqual(parameters('SELECT ARRAY[:a, [:b]]'), [':a', ':b']);
  });
});

describe('\\copy', () => {
  it('is taken apart', () => {
    assert.deepEqual(parseCopy(` t (a, "from") FROM 'it''s.csv' WITH (FORMAT csv);`), {
      direction: 'from',
      sql: 'COPY t (a, "from") FROM STDIN WITH (FORMAT csv)',
      file: "it's.csv",
    });
    assert.deepEqual(parseCopy(' (SELECT * FROM t) to out.csv csv'), {
      direction: 'to',
      sql: 'COPY (SELECT * FROM t) TO STDOUT csv',
      file: 'out.csv',
    });
    assert.equal(parseCopy('t from STDIN').file, undefined);
    assert.throws(() => parseCopy('t'), /can’t be read/);
    assert.throws(() => parseCopy("t from program 'ls'"), /no programs/);
    assert.throws(() => parseCopy('t from pstdin'), /no pstdin/);
  });
});

describe('patterns', () => {
  it('become regular expressions', () => {
    assert.deepEqual(parsePattern('Ab*.c?"D.*"$'), { schema: '^(ab.*)$', name: '^(c.D\\.\\*\\$)$' });
    assert.deepEqual(parsePattern('*.*'), { schema: '^(.*)$', name: undefined });
    assert.deepEqual(parsePattern(''), { schema: undefined, name: undefined });
  });
});
