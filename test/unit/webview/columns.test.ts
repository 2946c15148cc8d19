import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ColumnLayout, fitWidth } from '../../../src/webview/grid/columnLayout.ts';
import { ColumnSizing } from '../../../src/webview/grid/columnSizing.ts';

/** Ten pixels a character, and room. */
const measure = {
  header: (text: string) => text.length * 10 + 26,
  cell: (text: string) => text.length * 10 + 20,
};

describe('ColumnLayout', () => {
  const layout = new ColumnLayout([100, 50, 200, 80]);

  it('places columns one after another', () => {
    assert.deepEqual([layout.left(0), layout.left(2), layout.total], [0, 150, 430]);
  });

  it('finds the column at a position, and the nearest where there is none', () => {
    assert.deepEqual(
      [0, 99, 100, 149, 150, 429].map((x) => layout.at(x)),
      [0, 0, 1, 1, 2, 3],
    );
    assert.deepEqual([layout.at(-5), layout.at(9_999)], [0, 3]);
  });

  it('tells which columns show', () => {
    assert.deepEqual(layout.between(120, 160), { first: 1, end: 3 });
    assert.deepEqual(layout.between(0, 10_000), { first: 0, end: 4 });
  });

  it('makes no column narrower than can be seen', () => {
    assert.equal(new ColumnLayout([1]).width(0), 40);
  });
});

describe('fitWidth', () => {
  it('shows the name and the longest value', () => {
    assert.equal(fitWidth('a long name', ['1', '22'], measure, 'atFirst'), 136);
    assert.equal(fitWidth('id', ['a rather long value'], measure, 'atFirst'), 210);
  });

  it('counts NULL as it shows', () => {
    assert.equal(fitWidth('a', [null], measure, 'atFirst'), 60);
  });

  it('has a limit, and a wider one on request', () => {
    const long = ['x'.repeat(5_000)];
    assert.deepEqual(
      [fitWidth('a', long, measure, 'atFirst'), fitWidth('a', long, measure, 'onRequest')],
      [360, 1_200],
    );
  });
});

describe('ColumnSizing', () => {
  const columns = [
    { name: 'id', numeric: true },
    { name: 'text', numeric: false },
  ];

  it('fits columns to the first rows, and later only widens numeric ones', () => {
    const sizing = new ColumnSizing(columns, undefined);
    assert.equal(sizing.widths, undefined);
    sizing.fitTo([['1', 'abcdef']], measure);
    assert.deepEqual(sizing.widths, [46, 80]);
    sizing.fitTo([['123456', 'abcdefghijkl']], measure);
    assert.deepEqual(sizing.widths, [80, 80]);
    sizing.fitTo([['1', 'a']], measure);
    assert.deepEqual(sizing.widths, [80, 80]);
  });

  it('leaves a width that the user chose alone', () => {
    const sizing = new ColumnSizing(columns, undefined);
    sizing.fitTo([['1', 'abcdef']], measure);
    sizing.resize(0, 50);
    sizing.fitTo([['123456', 'a']], measure);
    assert.deepEqual(sizing.widths, [50, 80]);
  });

  it('fits a column on request', () => {
    const sizing = new ColumnSizing(columns, [60, 60]);
    sizing.fit(1, [['1', 'x'.repeat(50)]], measure);
    assert.deepEqual(sizing.widths, [60, 520]);
  });

  it('begins with given widths, if there is one for each column', () => {
    assert.deepEqual(new ColumnSizing(columns, [70, 90]).widths, [70, 90]);
    assert.equal(new ColumnSizing(columns, [70]).widths, undefined);
  });
});
