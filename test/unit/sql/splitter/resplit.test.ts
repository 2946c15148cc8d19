import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { resplit } from '../../../../src/sql/splitter/resplit.ts';
import { split } from '../../../../src/sql/splitter/splitter.ts';

const FRAGMENTS = [
  ...[
    "'",
    '"',
    '$$',
    '/*',
    '*/',
    '--',
    '(',
    ')',
    ';',
    ';\n',
    ';;',
    '\n',
    '\r\n',
    ' ',
    '\\',
    '\\;',
    '\\g\n',
    '\\r',
    '\\\\',
  ],
  ...[
    '\\.',
    '\n\\.\n',
    '\\set a b\n',
    '\\echo hi\n',
    'copy t from stdin;',
    '\\copy t from stdin\n',
    'é😀',
    ':a',
  ],
  ...[
    'create function f() begin atomic ',
    'begin',
    'case',
    'end',
    'SELECT 1;\n',
    'SELECT 2;',
    "SELECT 'a\nb';\n",
    'x',
  ],
];
const anyText = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: length }).map((parts) => parts.join(''));

describe('resplit', () => {
  it('gives what split gives, after any edits', () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(12),
      text: anyText(3),
    });
    fc.assert(
      fc.property(anyText(40), fc.array(edit, { minLength: 1, maxLength: 5 }), (text, edits) => {
        let source = text;
        let pieces: ReturnType<typeof resplit> = split(source);
        for (const { at, length, text: typed } of edits) {
          const start = Math.floor(at * source.length);
          const edited = source.slice(0, start) + typed + source.slice(start + length);
          pieces = resplit({ source, pieces }, edited);
          source = edited;
          assert.deepEqual(pieces, split(source));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('takes pieces over that an edit leaves alone', () => {
    const source = 'SELECT 1;\nSELECT 2;\nSELECT 3;\n'.repeat(10);
    const pieces = split(source);
    const edited = source.replace('SELECT 2', 'SELECT 5');
    const again = resplit({ source, pieces }, edited);
    assert.deepEqual(again, split(edited));
    assert.equal(again[0], pieces[0]);
    assert.equal(again.at(-1), pieces.at(-1));
    assert.equal(resplit({ source, pieces }, source), pieces);
  });
});
