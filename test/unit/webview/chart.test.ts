import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ChartData } from '../../../src/contract/chart.ts';
import type { ColumnView } from '../../../src/contract/results.ts';
import { axisOf, firstChoices, kindFor, orderOf } from '../../../src/webview/chart/choices.ts';
import { type ChartContent, drawChart, type Look } from '../../../src/webview/chart/drawChart.ts';
import { toSvg } from '../../../src/webview/chart/svg.ts';
import { numberTicks, timeTicks, zoneText } from '../../../src/webview/chart/ticks.ts';
import { describeChart, whatIsMissing } from '../../../src/webview/chart/words.ts';

const column = (name: string, typeOid: number, numeric = false): ColumnView => ({ name, typeOid, numeric });
const AT = column('at', 1184);
const NAME = column('name', 25);
const COUNT = column('count', 20, true);
const PRICE = column('price', 1700, true);
const MONEY = column('money', 790, true);

const LOOK: Look = {
  width: 600,
  height: 300,
  background: '#fff',
  foreground: '#000',
  grid: '#ddd',
  dim: '#777',
  colours: ['blue', 'orange'],
  font: 'sans-serif',
  highContrast: false,
  measure: (text) => text.length * 6,
};
const data = (series: ChartData['series'], more: Partial<ChartData> = {}): ChartData => {
  const rowCount = series[0]?.length ?? 0;
  return { series, rowCount, drawableRows: rowCount, reduction: 'none', leftOut: 0, ...more };
};
const line: ChartContent = {
  order: { kind: 'line', axis: 'number', x: 0, ys: [1, 2] },
  data: data([
    [
      [0, 0],
      [1, 5],
      [2, null],
      [3, 10],
      [4, 2],
    ],
    [
      [0, 1],
      [4, 1],
    ],
  ]),
  xName: 'x <&>',
  names: ['one', '"two"'],
};
const bars: ChartContent = {
  order: { kind: 'bar', axis: 'category', x: 0, ys: [1] },
  data: data(
    [
      [
        [0, 5],
        [1, -5],
        [2, null],
      ],
    ],
    { categories: ['a', null, 'c'] },
  ),
  xName: 'name',
  names: ['count'],
};

describe('chart choices', () => {
  it('puts times along a chart, then texts, then numbers, then the rows’ order', () => {
    assert.deepEqual(firstChoices([COUNT, NAME, AT], 5), { kind: 'line', x: 2, ys: [0] });
    assert.deepEqual(firstChoices([COUNT, NAME], 5), { kind: 'bar', x: 1, ys: [0] });
    assert.deepEqual(firstChoices([COUNT, PRICE], 500), { kind: 'scatter', x: 0, ys: [1] });
    assert.deepEqual(firstChoices([COUNT], 5), { kind: 'line', x: -1, ys: [0] });
    assert.equal(firstChoices([AT, NAME, MONEY], 5), undefined);
  });

  it('asks for what can be drawn', () => {
    assert.equal(axisOf(MONEY), 'category');
    assert.equal(kindFor('number', 10), 'bar');
    const order = orderOf({ kind: 'scatter', x: 0, ys: [1] }, [NAME, COUNT]);
    assert.deepEqual(order, { kind: 'bar', axis: 'category', x: 0, ys: [1] });
    assert.equal(orderOf({ kind: 'line', x: -1, ys: [0] }, [COUNT]).axis, 'row');
  });
});

describe('ticks', () => {
  it('are round numbers around the data', () => {
    const labels = (least: number, greatest: number, most = 5) =>
      numberTicks(least, greatest, most).map(({ label }) => label);
    assert.deepEqual(labels(0, 9.7), ['0', '5', '10']);
    assert.deepEqual(labels(0.11, 0.42), ['0.1', '0.2', '0.3', '0.4', '0.5']);
    assert.deepEqual(labels(-1300, 2600), ['-2,000', '-1,000', '0', '1,000', '2,000', '3,000']);
    for (const [least, greatest] of [
      [0, 1e-12],
      [1e15, 1e15 + 3],
      [-1e300, 1e300],
      [5, 5],
      [0, 0],
    ] as const) {
      const ticks = numberTicks(least, greatest, 5);
      assert.ok(ticks.length >= 2 && ticks.length < 10, `${ticks.length} ticks`);
      assert.ok(ticks[0]!.at <= least && ticks.at(-1)!.at >= greatest);
    }
  });

  it('are round times of the clock that the server printed', () => {
    const start = Date.UTC(2024, 0, 31, 18, 45);
    const ticks = (milliseconds: number, offset = 0) =>
      timeTicks(start, start + milliseconds, offset, 6).map(({ label }) => label);
    const hour = 3_600_000;
    assert.deepEqual(ticks(2 * hour), ['19:00', '19:30', '20:00', '20:30']);
    assert.deepEqual(ticks(2 * hour, 330), ['00:30', '01:00', '01:30', '02:00']);
    assert.deepEqual(ticks(12 * hour), ['20:00', '22:00', '02-01', '02:00', '04:00', '06:00']);
    assert.deepEqual(ticks(100 * 24 * hour), ['2024-02', '2024-03', '2024-04', '2024-05']);
    assert.deepEqual(ticks(20_000), ['18:45:00', '18:45:05', '18:45:10', '18:45:15', '18:45:20']);
    assert.equal(zoneText(330), 'UTC+05:30');
    assert.equal(zoneText(-210), 'UTC−03:30');
  });
});

describe('a chart', () => {
  it('breaks a line at NULL, and stays inside of the picture', () => {
    const { shapes, hits } = drawChart(line, LOOK);
    const lines = shapes.filter((shape) => shape.type === 'line' && shape.width === 1.6);
    assert.deepEqual(
      lines.map((shape) => shape.type === 'line' && shape.places.length),
      [2, 2, 2, 2, 2],
      'two pieces and another line, and one each in the legend',
    );
    assert.equal(hits.length, 6);
    assert.equal(hits[1]!.words, 'x <&> 1: one 5');
    for (const { x, y } of hits) assert.ok(x >= 0 && x <= 600 && y >= 0 && y <= 300);
    const greatest = hits.toSorted((one, other) => one.y - other.y)[0]!;
    assert.equal(greatest.words, 'x <&> 3: one 10');
  });

  it('stands bars on zero, whichever way they go', () => {
    const boxes = drawChart(bars, LOOK).shapes.filter((shape) => shape.type === 'box' && shape.width > 10);
    const [up, down] = boxes.map((box) => (box.type === 'box' ? [box.y, box.y + box.height] : []));
    assert.equal(boxes.length, 2);
    assert.ok(Math.abs(up![1]! - down![0]!) < 0.01, 'both touch zero');
    assert.ok(drawChart(bars, LOOK).shapes.some((shape) => shape.type === 'text' && shape.text === 'NULL'));
  });

  it('tells series apart without colours in high contrast', () => {
    const { shapes } = drawChart(line, { ...LOOK, highContrast: true });
    const dashes = new Set(
      shapes.flatMap((shape) => (shape.type === 'line' && shape.width === 1.6 ? shape.dash.join() : [])),
    );
    assert.equal(dashes.size, 2);
  });

  it('becomes an SVG with all its words, escaped', () => {
    const svg = toSvg(drawChart(line, LOOK));
    assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="600" height="300"/);
    assert.match(svg, />x &lt;&amp;&gt;<\/text>/);
    assert.match(svg, />&quot;two&quot;<\/text>/);
    assert.ok(!svg.includes('NaN') && !svg.includes('undefined'));
    const hostile = toSvg(drawChart({ ...line, names: ['\u0000</text><script>', 'b'] }, LOOK));
    assert.ok(!hostile.includes('<script>') && !hostile.includes('\u0000'));
  });

  it('draws one point, and equal ones', () => {
    for (const series of [
      [[3, 7]],
      [
        [3, 7],
        [3, 7],
      ],
      [],
    ] as [number, number][][]) {
      const svg = toSvg(drawChart({ ...line, data: data([series]), names: ['one'] }, LOOK));
      assert.ok(!svg.includes('NaN'));
    }
  });

  it('says what it leaves out', () => {
    const reduced = { rowCount: 1_000_000, drawableRows: 1_000_000 };
    const points = Array.from({ length: 5000 }, (_, index): [number, number] => [index, 1]);
    assert.equal(
      whatIsMissing(data([points], { ...reduced, reduction: 'sample' })),
      '5,000 of 1,000,000 points, picked at random',
    );
    assert.equal(
      whatIsMissing(
        data([[[0, 1]]], {
          reduction: 'first',
          rowCount: 2412,
          drawableRows: 2412,
          categories: ['a'],
          leftOut: 2,
        }),
      ),
      'The first 1 rows … and 2,411 more · 2 values left out: NaN, infinity, or no number',
    );
    assert.equal(whatIsMissing(line.data), '');
    assert.match(
      describeChart(line.order, line.data, 'x', line.names),
      /^Line chart of one from 0 to 10, "two" from 1 to 1 by x/,
    );
  });
});
