import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { pieceAt, split } from '../../../../src/sql/splitter/splitter.ts';
import { SplitText } from '../../../../src/sql/splitter/splitText.ts';

/** Longer than a chunk: a boundary behind it ends one. */
const LONG = `SELECT '${'x'.repeat(20_000)}';`;

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
  ...[LONG, LONG, LONG, `${LONG}\n`, `copy t from stdin;\n${LONG}\n\\.\n`],
];
const anyText = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: length }).map((parts) => parts.join(''));

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(12),
  text: anyText(3),
});

/** An offset that is in a long run of one letter as rarely as at any other place. */
const placeIn = (source: string, at: number): number => {
  const places = [...source.matchAll(/x{100,}|[^]/g)].map(({ index }) => index);
  return [...places, source.length][Math.floor(at * (places.length + 1))] ?? source.length;
};

/** Hands over a text and what it is after each of the edits. */
const follow = (text: string, edits: Iterable<[at: number, length: number, typed: string]>): SplitText[] => {
  const texts = [SplitText.of(text)];
  for (const [at, length, typed] of edits) {
    const { source } = texts.at(-1)!;
    const start = placeIn(source, at);
    texts.push(texts.at(-1)!.edited(source.slice(0, start) + typed + source.slice(start + length)));
  }
  return texts;
};

describe('SplitText', function () {
  // Thousands of texts are tried, on machines that do other things beside.
  this.timeout(60_000);
  it('has what split gives, after any edits', () => {
    fc.assert(
      fc.property(anyText(40), fc.array(edit, { minLength: 1, maxLength: 5 }), (text, edits) => {
        const texts = follow(
          text,
          edits.map(({ at, length, text: typed }) => [at, length, typed]),
        );
        for (const each of texts) {
          const pieces = split(each.source);
          assert.equal(each.length, pieces.length);
          assert.deepEqual(
            pieces.map((_, index) => each.at(index)),
            pieces,
          );
          assert.equal(each.at(pieces.length), undefined);
          assert.deepEqual(each.all(), pieces);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('finds the piece at any place as the list of all does', () => {
    fc.assert(
      fc.property(anyText(20), edit, (text, { at, length, text: typed }) => {
        const edited = follow(text, [[at, length, typed]]).at(-1)!;
        const pieces = split(edited.source);
        for (let offset = 0; offset <= edited.source.length; offset += 1 + (offset >> 6)) {
          const { source } = edited;
          assert.deepEqual(pieceAt(edited, source, offset), pieceAt(pieces, source, offset));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes over what an edit leaves alone', () => {
    const source = `${LONG}\nSELECT 2;\n`.repeat(10);
    const before = SplitText.of(source);
    const after = before.edited(source.replace('SELECT 2', 'SELECT 5'));
    assert.equal(after.all()[0], before.all()[0]);
    assert.notEqual(after.all()[1], before.all()[1]);
    assert.equal(after.all().at(-1), before.all().at(-1));
    assert.equal(before.edited(source), before);
    assert.equal(before.all(), before.all());
  });
});
