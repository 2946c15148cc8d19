import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { shownRows } from '../../../src/sql/results/shownRows.ts';
import { cellText, cellTitle } from '../../../src/webview/grid/cellText.ts';

describe('cellText', () => {
  it('puts a value on one line and shows where it broke', () => {
    assert.equal(cellText('a\nb\r\nc\rd\te'), 'a↵b↵c↵d⇥e');
  });

  it('leaves other text as it is, spaces too', () => {
    assert.equal(cellText('  <b>x</b>  '), '  <b>x</b>  ');
    assert.equal(cellText(''), '');
  });
});

describe('cellTitle', () => {
  it('keeps lines, and says that a value goes on whose end was not sent', () => {
    assert.equal(cellTitle('a\nb'), 'a\nb');
    const [row] = shownRows([['x'.repeat(12_345)]]);
    assert.match(cellTitle(row?.[0] ?? ''), /x…\n\nThe value goes on/);
  });
});

describe('shownRows', () => {
  it('cuts long values only, and no character in half', () => {
    const whole = [['short', null, 'x'.repeat(1_000)]];
    assert.deepEqual(shownRows(whole), whole);
    const [row] = shownRows([['a', null, 'x'.repeat(1_001), `${'x'.repeat(999)}🚀${'x'.repeat(10)}`]]);
    assert.deepEqual(row, ['a', null, `${'x'.repeat(1_000)}…`, `${'x'.repeat(999)}…`]);
  });
});
