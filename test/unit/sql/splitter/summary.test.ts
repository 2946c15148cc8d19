import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { summary } from '../../../../src/sql/splitter/splitter.ts';

describe('summary', () => {
  const table: [name: string, sql: string, expected: string][] = [
    ['folds blanks', 'SELECT\r\n\t a,\n  b', 'SELECT a, b'],
    ['removes comments', '-- why\nSELECT /* a /* b */ */ 1 -- c\n + 2', 'SELECT 1 + 2'],
    ['keeps words apart that only a comment separates', 'SELECT/**/1', 'SELECT 1'],
    ['keeps comment marks in quotes', `SELECT '--', "/*", $$ -- $$`, `SELECT '--', "/*", $$ -- $$`],
    ['folds blanks in quotes', "SELECT 'a\n  b'", "SELECT 'a b'"],
    ['has nothing to say of comments', '-- a\n/* b */', ''],
  ];
  for (const [name, sql, expected] of table) {
    it(name, () => {
      assert.equal(summary(sql), expected);
    });
  }

  it('cuts what is too long', () => {
    assert.equal(summary('SELECT 12345', 12), 'SELECT 12345');
    assert.equal(summary('SELECT 123456', 12), 'SELECT 1234…');
    assert.equal(summary('SELECT  12345', 8), 'SELECT…');
  });

  it('does not cut a surrogate pair in half', () => {
    assert.equal(summary("SELECT '😀😀😀'", 10), "SELECT '…");
  });

  it('is one line, never too long', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (sql, length) => {
          const line = summary(sql, length);
          assert(line.length <= length);
          assert(!/\s\s|^\s|[\n\r]/.test(line));
        },
      ),
    );
  });
});
