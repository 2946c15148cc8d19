import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Call, callAt } from '../../../../src/sql/completion/signature.ts';
import { meaningAt } from '../../../../src/sql/completion/hover.ts';
import { split } from '../../../../src/sql/splitter/splitter.ts';
import { SHOP } from '../../../support/shopCatalog.ts';

/** @param text with `|` where the cursor is */
const cut = (text: string): { source: string; offset: number } => {
  const offset = text.indexOf('|');
  return { source: text.slice(0, offset) + text.slice(offset + 1), offset };
};

const hoverAt = (text: string, knowledge = SHOP): string => {
  const { source, offset } = cut(text);
  return meaningAt(source, split(source), offset, knowledge)?.text ?? '';
};

const callIn = (text: string, knowledge = SHOP): Call | undefined => {
  const { source, offset } = cut(text);
  return callAt(source, split(source), offset, knowledge);
};

/** The parameter that is highlighted, as it stands in the label. */
const highlighted = (text: string, knowledge = SHOP): string | undefined => {
  const call = callIn(text, knowledge);
  const { label, parameters } = call?.signatures[call.signature] ?? { label: '', parameters: [] };
  const parameter = parameters[call?.parameter ?? 0];
  return parameter && label.slice(parameter.start, parameter.end);
};

describe('what a name means', () => {
  const cases: readonly (readonly [text: string, expected: RegExp])[] = [
    [
      'select * from ord|ers',
      /public\.orders.*distributed by tenant\\_id, 32 shards, colocation group 4[^]*what people buy[^]*order_id bigint NOT NULL -- primary key/,
    ],
    ['select * from |orders', /public\.orders/],
    ['select * from orders| where true', /public\.orders/],
    ['select * from count|ries', /reference table, a copy on every node/],
    ['select * from sales.rep|ort', /sales\.report.*: view/],
    ['select * from "Mix|ed"', /public\.Mixed/],
    ['select o.sta|tus from orders o', /orders\.status text/],
    ['select tenant_|id from orders', /tenant_id bigint NOT NULL[^]*Distribution column/],
    ['select o|.status from orders o', /public\.orders/],
    ['select 1 from orders o| where o.status = 1', /public\.orders/],
    ['select x.sta|tus from (select status from orders) x', /x\.status|orders\.status/],
    [
      'select subs|tring(status, 1) from orders',
      /substring\(text, integer\) → text\nsubstring\(text, integer, integer\)/,
    ],
    [
      "select create_distributed|_table('a', 'b')",
      /Makes a plain table a distributed one[^]*\*\*Mind:\*\*[^]*not on a standby/,
    ],
    ['set work_m|em to 1', /work_mem = 4096 -- in units of kB[^]*Memory for query workspaces/],
    ['show citus.shard_c|ount', /citus\.shard_count = 32/],
  ];
  for (const [text, expected] of cases) {
    it(text, () => {
      assert.match(hoverAt(text), expected);
    });
  }

  for (const text of [
    'sel|ect 1 from orders',
    "select 'ord|ers'",
    '-- ord|ers',
    'select unknown|_thing from orders',
    'select 1 |+ 2',
  ]) {
    it(`is nothing in ${text}`, () => {
      assert.equal(hoverAt(text), '');
    });
  }

  it('shows a comment of the server’s as it is, whatever Markdown it would be', () => {
    const [relation] = SHOP.catalog?.relations ?? [];
    assert.ok(relation && SHOP.catalog);
    const comment = '[link](command:evil) `code` <b>';
    const catalog = Object.create(SHOP.catalog, {
      relation: { value: () => ({ ...relation, comment }) },
    }) as typeof SHOP.catalog;
    const text = hoverAt('select * from ord|ers', { ...SHOP, catalog });
    assert.ok(text.includes('\\[link\\]\\(command:evil\\) \\`code\\` \\<b\\>'), text);
  });

  it('asks for the columns of a table that is pointed at', () => {
    const { source, offset } = cut('select * from ord|ers');
    const meaning = meaningAt(source, split(source), offset, { ...SHOP, details: () => undefined });
    assert.deepEqual([...(meaning?.missing ?? [])], [1]);
  });
});

describe('the signature of a call', () => {
  const cases: readonly (readonly [text: string, expected: string | undefined])[] = [
    ['select create_distributed_table(|', 'table_name regclass'],
    ["select create_distributed_table('orders', |)", 'distribution_column text'],
    ["select create_distributed_table('ord|ers')", 'table_name regclass'],
    ["select create_distributed_table('orders', 'ten|", 'distribution_column text'],
    [
      "select create_distributed_table('a', colocate_with => |)",
      "colocate_with text DEFAULT 'default'::text",
    ],
    ['select substring(status, 1, |)', 'integer'],
    ['select count(substring(status, |))', 'integer'],
    ['call close_month(|', 'month date'],
    ['select sales.forecast(|)', 'days integer'],
    ['select now(|)', undefined],
    ['select (|', undefined],
    ['select * from orders where status in (|', undefined],
  ];
  for (const [text, expected] of cases) {
    it(text, () => {
      assert.equal(highlighted(text), expected);
    });
  }

  it('chooses the overload that has place for the argument', () => {
    const call = callIn('select substring(status, 1, |)');
    assert.equal(call?.signatures.length, 2);
    assert.equal(call.signatures[call.signature]?.label, 'substring(text, integer, integer) → text');
  });

  it('has the sharding’s own before a server was asked', () => {
    const offline = { ...SHOP, catalog: undefined, searchPath: [] };
    assert.equal(highlighted("select citus_add_node('a', |", offline), 'nodeport integer');
  });
});
