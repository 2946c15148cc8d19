import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { Aggregates } from '../../../../src/sql/results/aggregates.ts';
import { parseDecimal, printDecimal } from '../../../../src/sql/results/decimal.ts';
import { instant } from '../../../../src/sql/results/instant.ts';

const facts = (typeOids: number[], rows: (string | null)[][]): Record<string, string> => {
  const aggregates = new Aggregates(typeOids);
  for (const row of rows) aggregates.take(row);
  return Object.fromEntries(aggregates.facts.map(({ name, value }) => [name, value]));
};
const column = (typeOid: number, ...values: (string | null)[]): Record<string, string> =>
  facts(
    [typeOid],
    values.map((value) => [value]),
  );

describe('Aggregates', () => {
  it('adds up without rounding', () => {
    const sums = column(1700, '0.1', '0.2', '12345678901234567890.000000000000000000001', '-1e-5');
    assert.equal(sums['Sum'], '12345678901234567890.299990000000000000001');
    assert.equal(sums['Min'], '-1e-5');
    assert.equal(sums['Max'], '12345678901234567890.000000000000000000001');
    assert.equal(column(20, '9223372036854775807', '9223372036854775807')['Sum'], '18446744073709551614');
  });

  it('says that an average is rounded', () => {
    assert.equal(column(23, '1', '2')['Average'], '1.5');
    assert.equal(column(23, '1', '1', '0')['Average'], '≈ 0.666667');
    assert.equal(column(23, '-1', '-1', '0')['Average'], '≈ -0.666667');
  });

  it('counts NULL apart, and different values', () => {
    assert.deepEqual(column(25, 'b', null, 'a', 'b', ''), {
      Cells: '5',
      Null: '1',
      Distinct: '3',
      Min: '',
      Max: 'b',
    });
  });

  it('has a sum of what is no number by the rules of floating point, and no extremes then', () => {
    const sums = column(701, '1', 'Infinity', 'Infinity');
    assert.deepEqual([sums['Sum'], sums['Min']], ['Infinity', undefined]);
    assert.equal(column(701, 'Infinity', '-Infinity')['Sum'], 'NaN');
  });

  it('orders dates by time, not by text', () => {
    assert.deepEqual(column(1082, '10000-01-01', '0044-03-15 BC', '2024-02-29'), {
      Cells: '3',
      Distinct: '3',
      Min: '0044-03-15 BC',
      Max: '10000-01-01',
    });
    const offsets = column(1184, '2024-10-27 02:30:00+02', '2024-10-27 02:10:00+01', '-infinity');
    assert.deepEqual([offsets['Min'], offsets['Max']], ['-infinity', '2024-10-27 02:10:00+01']);
    assert.equal(column(1082, '29.02.2024')['Min'], undefined);
  });

  it('counts no more different values than it can hold, and shows no whole books', () => {
    const long = (n: number): string => String(n).padEnd(1_000_000, 'x');
    const sums = column(25, ...Array.from({ length: 20 }, (_, n) => long(n)));
    assert.equal(sums['Distinct'], '> 16');
    assert.equal(sums['Min'], `0${'x'.repeat(199)}…`);
  });

  it('adds up the numbers among columns of several kinds', () => {
    const mixed = facts(
      [23, 25],
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    );
    assert.deepEqual(mixed, { Cells: '4', Distinct: '4', Sum: '3', Average: '1.5' });
  });
});

describe('decimals', () => {
  it('print as they were read', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.nat({ max: 30 }), (units, scale) => {
        const text = printDecimal({ units, scale });
        assert.deepEqual(parseDecimal(text), { units, scale });
      }),
    );
    assert.equal(printDecimal(parseDecimal('1.5e+3')!), '1500');
    assert.equal(parseDecimal('NaN'), undefined);
  });
});

describe('instant', () => {
  it('agrees with JavaScript about days and offsets', () => {
    const base = instant('1970-01-01 00:00:00+00')!;
    const dates = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (date) => {
        const text = date.toISOString().replace('T', ' ').replace('Z', '+00');
        assert.equal(instant(text)! - base, BigInt(date.getTime()) * 1000n);
      }),
    );
    assert.equal(instant('2024-01-01 01:30:00+01:30'), instant('2024-01-01 00:00:00+00'));
    assert.equal(instant('2023-12-31 22:00:00-02'), instant('2024-01-01'));
  });
});
