import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseTableName, printTableName, tableOf } from '../../../../src/sql/export/tableName.ts';

describe('tableOf', () => {
  const found: Readonly<Record<string, string>> = {
    'SELECT * FROM customers': 'customers',
    'select a, (select max(b) from other) from Customers c where a in (select 1 from x) order by a':
      'customers',
    'SELECT * FROM sales."Odd ""name""" AS s LIMIT 5;': 'sales."Odd ""name"""',
    'TABLE sales.orders': 'sales.orders',
    '-- words\nSELECT /* from here */ * FROM ONLY orders FOR UPDATE': 'orders',
  };
  for (const [sql, name] of Object.entries(found)) {
    it(`finds it in ${sql.replace('\n', ' ')}`, () => {
      const table = tableOf(sql);
      assert.equal(table && printTableName(table), name);
    });
  }

  const none = [
    'SELECT 1',
    'SELECT * FROM a, b',
    'SELECT * FROM a JOIN b USING (id)',
    'SELECT * FROM generate_series(1, 3)',
    'SELECT * FROM (SELECT 1) s',
    'SELECT a FROM t UNION SELECT b FROM u',
    'SELECT a, count(*) FROM t GROUP BY a',
    "UPDATE t SET a = 1 FROM u WHERE 'select' = '' RETURNING *",
    'SHOW work_mem',
  ];
  for (const sql of none) {
    it(`finds none in ${sql}`, () => {
      assert.equal(tableOf(sql), undefined);
    });
  }
});

describe('parseTableName', () => {
  it('reads names as SQL does', () => {
    assert.deepEqual(parseTableName(' Sales."My Table" '), { schema: 'sales', name: 'My Table' });
    assert.deepEqual(parseTableName('orders'), { name: 'orders' });
    for (const text of ['', 'a b', 'a.', '.b', 'a.b.c', '1a', 'f(x)'])
      assert.equal(parseTableName(text), undefined, text);
  });
});
