import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { complete, type Completion } from '../../../../src/sql/completion/complete.ts';
import { split } from '../../../../src/sql/splitter/splitter.ts';
import { SHOP } from '../../../support/shopCatalog.ts';

/** @param text with `|` where the cursor is */
const completeAt = (text: string, knowledge = SHOP): Completion | undefined => {
  const offset = text.indexOf('|');
  const source = text.slice(0, offset) + text.slice(offset + 1);
  return complete(source, split(source), offset, knowledge);
};

/** What would be inserted, the best first. */
const insertsAt = (text: string, knowledge = SHOP): string[] =>
  [...(completeAt(text, knowledge)?.suggestions ?? [])]
    .sort((a, b) => a.rank - b.rank)
    .map(({ insert }) => insert);

interface Expected {
  /** All of these are suggested. */
  readonly has?: readonly string[];
  /** None of these is. */
  readonly lacks?: readonly string[];
  /** These come first, in this order. */
  readonly first?: readonly string[];
}

const CASES: Readonly<Record<string, readonly (readonly [text: string, expected: Expected])[]>> = {
  'where a statement begins': [
    ['|', { has: ['SELECT', 'INSERT INTO', 'CREATE'], lacks: ['FROM', 'orders', 'WHERE'] }],
    ['sel|', { has: ['select', 'update'], lacks: ['from'] }],
    ['SELECT 1;\n|', { has: ['SELECT'], lacks: ['FROM'] }],
    ['select 1;\n\n|\n\nselect 2;', { has: ['SELECT'] }],
    ['explain |', { has: ['analyze', 'select'] }],
    ['explain (|) select 1', { has: ['analyze', 'buffers'], lacks: ['from'] }],
    ['with x as (|)', { has: ['select'], lacks: ['create'] }],
    ['with x as (select 1) |', { has: ['select', 'delete from'], lacks: ['create', 'from'] }],
  ],
  sources: [
    [
      'select * from |',
      {
        has: ['orders', 'tenants', 'sales', '"Mixed"', 'generate_series'],
        lacks: ['order_ids', 'pg_class', 'now', 'WHERE'],
      },
    ],
    ['select * from ord|', { has: ['orders'], lacks: ['tenants'] }],
    ['select * from sales.|', { has: ['report'], lacks: ['orders', 'forecast'] }],
    ['select * from re|', { has: ['sales.report'] }],
    ['select * from "M|', { has: ['"Mixed"'], lacks: ['where'] }],
    ['select * from "M|"', { has: ['"Mixed"'] }],
    ['select * from pg_c|', { has: ['pg_class'] }],
    ['select * from orders o join |', { has: ['tenants', 'sales'] }],
    ['select * from orders o, |', { has: ['tenants'] }],
    ['insert into |', { has: ['orders'], lacks: ['generate_series'] }],
    ['update |', { has: ['orders'] }],
    ['delete from |', { has: ['orders'] }],
    ['table |', { has: ['orders'] }],
    ['with a as (select 1), b as (select 2) select * from |', { has: ['a', 'b', 'orders'] }],
    ['with a as (select 1), b as (select * from |) select 1', { has: ['a'], lacks: ['b'] }],
    ['select * from (select * from |) x', { has: ['orders'] }],
    ['truncate |', { has: ['orders'] }],
    ['drop table |', { has: ['orders', 'if exists'], lacks: ['sales.report'] }],
    ['drop view re|', { has: ['sales.report'], lacks: ['orders'] }],
    ['drop table if exists |', { has: ['orders'] }],
    ['alter table |', { has: ['orders'] }],
    ['create index on |', { has: ['orders'] }],
    ['create table x (id bigint references |)', { has: ['orders'] }],
    ['comment on table |', { has: ['orders'] }],
    ['grant select on |', { has: ['orders'] }],
    ['copy |', { has: ['orders'] }],
    ['vacuum analyze |', { has: ['orders'] }],
  ],
  columns: [
    [
      'select o.| from orders o',
      { first: ['tenant_id'], has: ['order_id', 'status', 'total', '*'], lacks: ['from', 'sku', 'orders'] },
    ],
    [
      'select | from orders',
      {
        first: ['tenant_id', 'order_id'],
        has: ['status', 'count', 'distinct', 'orders'],
        lacks: ['sku', 'where'],
      },
    ],
    ['select sta| from orders', { has: ['status'] }],
    ['select * from orders o where o.|', { has: ['status'], lacks: ['sku'] }],
    [
      'select * from orders where |',
      { first: ['tenant_id'], has: ['status', 'not', 'exists'], lacks: ['group by'] },
    ],
    [
      'select * from orders where status |',
      { has: ['and', 'like', 'group by', 'is null'], lacks: ['status', 'orders'] },
    ],
    ['select * from orders where status = |', { has: ['status', 'null'], lacks: ['and', 'order by'] }],
    ["select * from orders where status = 'x' |", { has: ['and', 'order by', 'limit'], lacks: ['status'] }],
    [
      'select | from orders o join items i on true',
      { has: ['o.tenant_id', 'i.tenant_id', 'sku', 'status'], lacks: ['tenant_id'] },
    ],
    ['select "M|" from "Mixed"', { has: ['"Mixed"'] }],
    ['select m.| from "Mixed" m', { has: ['"Id"', '"user"', 'plain'] }],
    ['select public.orders.| from public.orders', { has: ['status'] }],
    ['select orders.| from public.orders', { has: ['status'] }],
    ['update orders set |', { first: ['tenant_id'], has: ['status'], lacks: ['count'] }],
    ['update orders set status = |', { has: ['total', 'default', 'now'] }],
    ['update orders set status = 1, |', { has: ['total'], lacks: ['now'] }],
    ['update orders set status = 1 where |', { has: ['total'] }],
    ['delete from orders where |', { has: ['total'] }],
    ['delete from orders o using tenants t where t.|', { has: ['name'], lacks: ['total'] }],
    [
      'insert into orders (|',
      { first: ['tenant_id, order_id, status, total'], has: ['tenant_id', 'status'] },
    ],
    ['insert into orders (tenant_id, |) values (1)', { has: ['status', 'total'], lacks: ['tenant_id'] }],
    ['insert into orders (tenant_id) values (1) on conflict (|)', { has: ['order_id'] }],
    ['insert into orders values (1) on conflict do update set total = excluded.|', { has: ['total'] }],
    ['insert into orders values (1) returning |', { has: ['order_id'] }],
    ['select * from orders order by |', { has: ['status'] }],
    ['select * from orders group by |', { has: ['status'] }],
    [
      'select status, count(*) from orders group by status |',
      { has: ['having', 'order by'], lacks: ['status'] },
    ],
    ['select * from orders order by status |', { has: ['desc', 'limit'] }],
    ['select count(|) from orders', { has: ['status', 'distinct'] }],
    ['select count(| from orders', { has: ['status'] }],
    ['select * from orders where total in (|', { has: ['total', 'select'] }],
    ['select case when | from orders', { has: ['status'] }],
    ['select case when status = 1 | from orders', { has: ['then', 'and'] }],
    ['create index on orders (|', { has: ['status'] }],
    ['alter table orders drop column |', { has: ['status'] }],
    ['alter table orders |', { has: ['add column', 'drop column'], lacks: ['status'] }],
    ['copy orders (|', { has: ['status'] }],
    ['select sum(total) over (partition by |) from orders', { has: ['status'] }],
  ],
  'common tables and subqueries': [
    [
      'with x as (select status, count(*) as n from orders group by 1) select | from x',
      { has: ['status', 'n'], lacks: ['total'] },
    ],
    [
      'with x as (select status, count(*) as n from orders group by 1) select x.| from x',
      { has: ['status', 'n'] },
    ],
    ['with x as (select * from orders) select y.| from x y', { has: ['tenant_id', 'total'] }],
    ['with x (a, b) as (select 1, 2) select | from x', { has: ['a', 'b'] }],
    [
      'with recursive t as (select tenant_id, 1 as level from orders union all select t.| from t) select 1',
      { has: ['tenant_id', 'level'] },
    ],
    [
      'with gone as (delete from orders returning order_id, total) select | from gone',
      { has: ['order_id', 'total'], lacks: ['status'] },
    ],
    [
      'select s.| from (select o.status, o.total * 2 as twice, now() from orders o) s',
      { has: ['status', 'twice', 'now'], lacks: ['order_id'] },
    ],
    ['select v.| from (values (1, 2)) v', { has: ['column1', 'column2'] }],
    ['select v.| from (values (1, 2)) v (a, b)', { has: ['a', 'b'], lacks: ['column1'] }],
    ['select f.| from top_orders(1) f', { has: ['order_id', 'total'] }],
    ['select g from generate_series(1, 2) g where |', { has: ['g'] }],
    [
      'select * from orders o where exists (select 1 from items i where i.order_id = o.|)',
      { has: ['order_id', 'status'], lacks: ['sku'] },
    ],
    ['select (select max(|) from items) from orders', { has: ['sku', 'quantity', 'status'] }],
    ['select 1 from orders union select | from items', { has: ['sku'], lacks: ['status'] }],
    ['insert into orders select | from items', { has: ['sku'] }],
    ['create view v as select | from items', { has: ['sku'] }],
    ['create table t as select i.| from items i', { has: ['sku'] }],
  ],
  joins: [
    [
      'select * from orders o join items i on |',
      { first: ['i.tenant_id = o.tenant_id AND i.order_id = o.order_id', 'i.tenant_id = o.tenant_id'] },
    ],
    ['select * from tenants t join orders o on |', { first: ['o.tenant_id = t.tenant_id'] }],
    ['select * from tenants t join countries c on |', { first: ['c.name = t.name'] }],
    ['select * from orders join tenants using (|)', { first: ['tenant_id'], lacks: ['status', 'name'] }],
    ['select * from orders o |', { has: ['join', 'left join', 'where'], lacks: ['tenants'] }],
    ['select * from orders o left |', { has: ['join'] }],
    ['select * from orders o join tenants t |', { has: ['on', 'using'] }],
    [
      'select * from orders o join tenants t on o.tenant_id = t.tenant_id |',
      { has: ['where', 'and', 'join'] },
    ],
  ],
  'functions, types and settings': [
    ['select create_d|', { has: ['create_distributed_table'] }],
    ['select sales.|', { has: ['forecast'], lacks: ['now'] }],
    ['select subs|', { has: ['substring'] }],
    ['call |', { has: ['close_month'], lacks: ['now', 'top_orders'] }],
    ['select 1::|', { has: ['bigint', 'mood', 'cidr'], lacks: ['orders'] }],
    ['select cast(1 as |)', { has: ['bigint', 'mood'] }],
    ['create table x (id |)', { has: ['bigint', 'uuid'], lacks: ['primary key'] }],
    ['create table x (id bigint |)', { has: ['primary key', 'not null'], lacks: ['bigint'] }],
    ['create table x (|)', { has: ['constraint', 'primary key'] }],
    ['alter table orders add column note |', { has: ['text'] }],
    ['set |', { has: ['work_mem', 'citus.shard_count', 'local'], lacks: ['orders'] }],
    ['set citus.|', { has: ['shard_count'], lacks: ['work_mem'] }],
    ['show |', { has: ['work_mem', 'all'] }],
    ['set enable_seqscan to |', { has: ['on', 'off'] }],
    ['set citus.multi_shard_modify_mode = |', { has: ['sequential', 'default'] }],
    ['set search_path to |', { has: ['sales'] }],
    ['alter system set |', { has: ['work_mem'] }],
    ['create |', { has: ['table', 'index', 'or replace'], lacks: ['select'] }],
    ['drop schema |', { has: ['sales'] }],
  ],
  'what is not finished': [
    ['select o.| from orders o\n\nselect 1 from items', { has: ['status'], lacks: ['sku'] }],
    ['select 1 from orders\n\nselect | from items', { has: ['sku'], lacks: ['status'] }],
    ['select * from |\n\nselect 1;', { has: ['orders'] }],
    ['select count( from orders where |; select 1 from items', { has: ['status'], lacks: ['sku'] }],
    ['SELECT 1; select o.| from orders o; SELECT 2', { has: ['status'] }],
    ['create function f() returns int language sql as $$ select | from items $$', { has: ['sku'] }],
    ['do $$ begin update orders set |; end $$', { has: ['status'] }],
  ],
};

describe('completion', () => {
  for (const [title, cases] of Object.entries(CASES)) {
    describe(title, () => {
      for (const [text, { has = [], lacks = [], first = [] }] of cases) {
        it(text.replaceAll('\n', ' ⏎ '), () => {
          const inserts = insertsAt(text);
          const missing = has.filter((each) => !inserts.includes(each));
          const wrong = lacks.filter((each) => inserts.includes(each));
          assert.deepEqual({ missing, wrong }, { missing: [], wrong: [] }, inserts.slice(0, 40).join(' '));
          assert.deepEqual(inserts.slice(0, first.length), first);
        });
      }
    });
  }

  for (const text of [
    "select 'a|b'",
    "select 'a|",
    'select 1 -- from |',
    'select /* from | */ 1',
    '/* open |',
    'select $$ from | $$',
    "select E'a\\'|'",
    '\\d ord|',
    'copy orders from stdin;\n1\t|\n\\.\n',
  ]) {
    it(`says nothing in ${text.replaceAll('\n', ' ⏎ ')}`, () => {
      assert.equal(completeAt(text), undefined);
    });
  }

  it('goes on behind rows of COPY', () => {
    assert.ok(insertsAt('copy orders from stdin;\n1\t2\n\\.\nselect * from |').includes('orders'));
  });

  it('has keywords and the functions of the sharding before a server was asked', () => {
    const offline = { ...SHOP, catalog: undefined, searchPath: [] };
    assert.ok(insertsAt('select * from x where |', offline).includes('not'));
    assert.ok(insertsAt('select citus_reb|', offline).includes('citus_rebalance_start'));
  });

  it('tells which relations it lacks the columns of', () => {
    const completion = completeAt('with x as (select * from items) select | from orders o, x', {
      ...SHOP,
      details: () => undefined,
    });
    assert.deepEqual([...(completion?.missing ?? [])].sort(), [1, 3]);
  });

  it('replaces the whole name that the cursor is in', () => {
    const typed = completeAt('select sta|tus from orders')?.typed;
    assert.deepEqual(typed, { text: 'sta', start: 7, end: 13 });
  });

  it('says that there is more than is shown', () => {
    assert.equal(completeAt('select | from orders')?.incomplete, true);
    assert.equal(completeAt('update orders set |')?.incomplete, false);
  });
});
