import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ChartData, ChartOrder } from '../../../../src/contract/chart.ts';
import { chartData, MOST_CATEGORIES, MOST_POINTS } from '../../../../src/sql/chart/chartData.ts';
import { numberOf, timeOf } from '../../../../src/sql/chart/values.ts';

type Row = (string | null)[];

const never = new AbortController().signal;
/** Points of rows that come in windows of different sizes, as those of a large result do. */
const pointsOf = (order: ChartOrder, rowCount: number, row: (index: number) => Row): Promise<ChartData> =>
  chartData(
    {
      rowCount,
      window: (first, count) => {
        const length = Math.min(count, rowCount - first, 1 + (first % 777));
        return Promise.resolve(Array.from({ length }, (_, index) => row(first + index)));
      },
    },
    order,
    never,
  );
const LINE: ChartOrder = { kind: 'line', axis: 'number', x: 0, ys: [1] };

describe('chart data', () => {
  it('draws few rows as they are, in the order of the axis, with a gap for NULL', async () => {
    const rows = [
      ['3', '30'],
      ['1', '10'],
      ['2', null],
    ];
    const data = await pointsOf(LINE, 3, (index) => rows[index]!);
    assert.deepEqual(data.series, [
      [
        [1, 10],
        [2, null],
        [3, 30],
      ],
    ]);
    assert.equal(data.reduction, 'none');
  });

  it('leaves out what can’t be drawn, and says how much', async () => {
    const rows = [
      ['1', 'NaN'],
      ['2', '-Infinity'],
      ['NaN', '3'],
      [null, '4'],
      ['5', '5'],
    ];
    const { series, leftOut, rowCount, drawableRows } = await pointsOf(LINE, 5, (index) => rows[index]!);
    assert.deepEqual(series[0], [
      [1, null],
      [2, null],
      [5, 5],
    ]);
    assert.deepEqual({ leftOut, rowCount, drawableRows }, { leftOut: 3, rowCount: 5, drawableRows: 3 });
  });

  it('keeps every peak of a long line', async () => {
    const count = 200_000;
    const value = (index: number): number => (index === 123_456 ? 9999 : index === 77 ? -9999 : index % 10);
    // The rows come in no order.
    const data = await pointsOf(LINE, count, (index) => {
      const place = (index * 7919) % count;
      return [String(place), String(value(place))];
    });
    const [points = []] = data.series;
    assert.equal(data.reduction, 'extremes');
    assert.ok(points.length <= MOST_POINTS && points.length > MOST_POINTS / 4, `${points.length} points`);
    assert.ok(points.some(([x, y]) => x === 123_456 && y === 9999));
    assert.ok(points.some(([x, y]) => x === 77 && y === -9999));
    assert.ok(points.every(([x], index) => index === 0 || points[index - 1]![0] <= x));
    assert.ok(
      points.every(([x, y]) => y === value(x)),
      'each point is one of the result',
    );
  });

  it('draws a random sample of many dots, the same each time', async () => {
    const count = 100_000;
    const order: ChartOrder = { ...LINE, kind: 'scatter' };
    const sample = () => pointsOf(order, count, (index) => [String(index), String(index * 2)]);
    const data = await sample();
    assert.equal(data.reduction, 'sample');
    assert.equal(data.series[0]!.length, MOST_POINTS);
    const firstHalf = data.series[0]!.filter(([x]) => x < count / 2).length;
    assert.ok(Math.abs(firstHalf - MOST_POINTS / 2) < MOST_POINTS / 20, `${firstHalf} of the first half`);
    assert.deepEqual(await sample(), data);
  });

  it('draws the first bars, each row one of its own', async () => {
    const data = await pointsOf({ kind: 'bar', axis: 'category', x: 0, ys: [1, 2] }, 2412, (index) => [
      index === 1 ? null : 'same',
      String(index),
      null,
    ]);
    assert.equal(data.reduction, 'first');
    assert.deepEqual([data.categories?.length, data.rowCount], [MOST_CATEGORIES, 2412]);
    assert.deepEqual(data.categories?.slice(0, 3), ['same', null, 'same']);
    assert.deepEqual(data.series[0]![7], [7, 7]);
    assert.deepEqual(data.series[1]![7], [7, null]);
  });

  it('stops when it is told to', async () => {
    const stopped = new AbortController();
    const rows = {
      rowCount: 10,
      window: () => {
        stopped.abort();
        return Promise.resolve([['1', '1']]);
      },
    };
    await assert.rejects(chartData(rows, LINE, stopped.signal), { name: 'AbortError' });
  });

  it('ends where rows can no longer be read', async () => {
    const data = await chartData({ rowCount: 10, window: () => Promise.resolve([]) }, LINE, never);
    assert.deepEqual(data.series, [[]]);
  });
});

describe('values of a chart', () => {
  it('reads times as PostgreSQL prints them', () => {
    const iso = (text: string): string | undefined => {
      const found = timeOf(text);
      return found && new Date(found.time).toISOString();
    };
    assert.equal(iso('2024-02-29'), '2024-02-29T00:00:00.000Z');
    assert.equal(iso('2024-02-29 23:59:59.123456'), '2024-02-29T23:59:59.123Z');
    assert.equal(iso('2024-03-01 05:29:59.5+05:30'), '2024-02-29T23:59:59.500Z');
    assert.equal(iso('1890-01-01 00:00:00-00:17:30'), '1890-01-01T00:17:30.000Z');
    assert.equal(iso('0044-03-15 BC'), '-000043-03-15T00:00:00.000Z');
    assert.equal(iso('0001-01-01'), '0001-01-01T00:00:00.000Z');
    for (const text of ['infinity', '-infinity', '29.02.2024', '']) assert.equal(timeOf(text), undefined);
    assert.equal(timeOf('2024-03-01 05:29:59.5+05:30')?.utcOffset, 330);
    assert.equal(timeOf('2024-03-01')?.utcOffset, undefined);
  });

  it('reads numbers', () => {
    assert.equal(numberOf('12345678901234567890.5'), 12345678901234567000);
    assert.equal(numberOf('-1.5e-7'), -1.5e-7);
    for (const text of ['NaN', 'Infinity', '-Infinity', '', '$1.00']) assert.equal(numberOf(text), undefined);
  });
});
