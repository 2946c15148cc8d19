import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cellText, cellTitle } from '../../../src/webview/grid/cellText.ts';

describe('cellText', () => {
  it('puts a value on one line and shows where it broke', () => {
    assert.equal(cellText('a\nb\r\nc\rd\te'), 'a↵b↵c↵d⇥e');
  });

  it('leaves other text as it is, spaces too', () => {
    assert.equal(cellText('  <b>x</b>  '), '  <b>x</b>  ');
    assert.equal(cellText(''), '');
  });

  it('shows only the beginning of a long value, and no half of a character', () => {
    assert.equal(cellText('x'.repeat(100_000)).length, 1_000);
    assert.equal(cellText(`${'x'.repeat(999)}🚀${'x'.repeat(10)}`), 'x'.repeat(999));
  });
});

describe('cellTitle', () => {
  it('keeps lines, and says how long a value is that it cuts', () => {
    assert.equal(cellTitle('a\nb'), 'a\nb');
    assert.ok(cellTitle('x'.repeat(12_345)).endsWith('x… (12,345 characters)'));
  });
});
