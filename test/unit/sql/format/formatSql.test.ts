import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { formatSql } from '../../../../src/sql/format/formatSql.ts';
import { sameTokens } from '../../../../src/sql/format/sameTokens.ts';
import { split } from '../../../../src/sql/splitter/splitter.ts';

const format = async (
  source: string,
  options = { tabSize: 2, insertSpaces: true },
): Promise<{ text: string; left: readonly number[] }> => {
  const { edits, left } = await formatSql(split(source), options);
  let [text, at] = ['', 0];
  for (const edit of edits) {
    text += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return { text: text + source.slice(at), left };
};

describe('formatting', () => {
  it('lays out each statement, with the editor’s indentation', async () => {
    const source = 'select a,b from t where x=1;\nselect 2;';
    assert.equal((await format(source)).text, 'select\n  a,\n  b\nfrom\n  t\nwhere\n  x = 1;\nselect\n  2;');
    const tabs = await format('select a,b from t', { tabSize: 4, insertSpaces: false });
    assert.equal(tabs.text, 'select\n\ta,\n\tb\nfrom\n\tt');
  });

  for (const source of [
    '\\d   orders\n\\set  x  1\n',
    '-- a   comment\n/* and\n   another */\n',
    'COPY t\nFROM\n  STDIN;\n1\t  2\n\\.\n',
  ]) {
    it(`leaves ${JSON.stringify(source)} as it is`, async () => {
      assert.deepEqual(await format(source), { text: source, left: [] });
    });
  }

  it('keeps what is in dollar quotes', async () => {
    const body = '$fn$\nBEGIN   IF  true THEN\n  RETURN 1;  END IF; END\n$fn$';
    const { text } = await format(`create function f() returns int language plpgsql as ${body};`);
    assert.ok(text.includes(body), text);
    assert.ok(text.includes('\n'));
  });

  it('tells which statements it leaves', async () => {
    const { text, left } = await format("select 1;\nselect 'open (\n;");
    assert.deepEqual(left, [2]);
    assert.equal(text, "select\n  1;\nselect 'open (\n;");
  });

  it('leaves a statement with a psql command inside', async () => {
    const source = 'select a,\n\\set x 1\nb;';
    assert.deepEqual(await format(source), { text: source, left: [1] });
  });

  it('stops when it is cancelled', async () => {
    const { edits } = await formatSql(
      split('select 1;'),
      { tabSize: 2, insertSpaces: true },
      AbortSignal.abort(),
    );
    assert.deepEqual(edits, []);
  });

  const fragment = fc.constantFrom(
    ...`select|a.b|"Q""x"|'it''s'|E'\\n'|$$ x  y $$|$1|:var|:'var'|::int|:=|1.5|.5|1e3|(|)|,|*|=|=-|- -1|->>|@>|<=|!~~|
where|and|from t|order by|case when|end|interval '1 day'|-- note\n|/* a /* b */ c */|[1:2]|'a'\n'b'|'a' 'b'|u&"d"|=>|union all|
insert into t values|create table|over (partition by x)|join u on|do update set|begin|\t|\n\n`.split('|'),
  );

  it('never changes a token, whatever it is given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fragment, { maxLength: 25 }), async (parts) => {
        const source = parts.join(' ');
        const { text } = await format(source);
        const [before, after] = [split(source), split(text)];
        assert.equal(after.length, before.length);
        before.forEach((piece, at) => {
          assert.ok(sameTokens(piece.text, after[at]?.text ?? ''), text);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('gives the same when it formats again', async () => {
    for (const source of [
      'select a, count(*) from t join u using (id) where x in (1,2) group by 1;',
      'insert into t (a,b) values (1,2),(3,4) on conflict do nothing;',
    ]) {
      const { text } = await format(source);
      assert.equal((await format(text)).text, text);
    }
  });
});

describe('sameness of tokens', () => {
  const same: readonly (readonly [string, string])[] = [
    ['select  1', 'select\n1'],
    ['a=-1', 'a = - 1'],
    ['a . b', 'a.b'],
    ['/* x\n  y */ 1', '/* x\ny */\n1'],
    ["'a'\n'b'", "'a'\n  'b'"],
    ['f(a:=1)', 'f(a := 1)'],
  ];
  for (const [one, other] of same) {
    it(`${JSON.stringify(one)} is ${JSON.stringify(other)}`, () => {
      assert.equal(sameTokens(one, other), true);
    });
  }

  const different: readonly (readonly [string, string])[] = [
    ['a >= b', 'a > = b'],
    ['a - -1', 'a --1'],
    ["'a'\n'b'", "'a' 'b'"],
    ["'a' 'b'", "'a''b'"],
    [":'x'", ": 'x'"],
    ['1.5', '1 .5'],
    ['a::int', 'a : :int'],
    ['@-1', '@ -1'],
    ['select a', 'SELECT a'],
    ['select 1', 'select 1 -- x'],
    ["e'a'", "e 'a'"],
    ['a', 'a b'],
  ];
  for (const [one, other] of different) {
    it(`${JSON.stringify(one)} is not ${JSON.stringify(other)}`, () => {
      assert.equal(sameTokens(one, other), false);
    });
  }
});
