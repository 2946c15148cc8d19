import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { split, type Piece } from '../../../../src/sql/splitter/splitter.ts';

/** Fragments that mean something to the lexer, closed and unclosed; random rows of them are mostly nonsense. */
const fragments = [
  ...[
    "'",
    "''",
    '"',
    '$$',
    '$a$',
    '$1',
    '*/',
    '--',
    '(',
    ')',
    ';',
    ';\n',
    '\\',
    '\\\\',
    '\\;',
    '\\g',
    '\\r',
    '\\.',
  ],
  ...['\n', '\r\n', ' ', '\t', "E'\\'", "U&'", "N'", ':a', '::', '\n\\.\n', '\\set a', "\\echo '"],
  ...['create', 'or', 'replace', 'function', 'begin', 'case', 'end', 'SELECT 1', 'é', '😀'],
];
/** Those that make what lies between pieces hard to tell without a lexer. */
const commentsAndRows = ['/*', '/* a', 'copy t from stdin;', 'copy t from stdin', '\\copy t from stdin\n'];
const textOf = (choices: string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...choices) }, fc.string({ maxLength: 5 })), {
      maxLength: 60,
    })
    .map((parts) => parts.join(''));
const anyText = textOf([...fragments, ...commentsAndRows]);

/** What a piece covers: its text, its semicolon and what stands between them. */
const behind = (piece: Piece): number => (piece.kind === 'sql' ? piece.terminatorEnd : piece.end);

describe('split, whatever the text', () => {
  it('gives pieces in order that do not overlap and are what the text says there', () => {
    fc.assert(
      fc.property(anyText, (source) => {
        let offset = 0;
        for (const piece of split(source)) {
          assert(piece.start >= offset && piece.end > piece.start && behind(piece) >= piece.end);
          assert.equal(piece.text, source.slice(piece.start, piece.end));
          assert.equal(piece.text, piece.text.trimStart());
          assert.equal(piece.line, source.slice(0, piece.start).split('\n').length);
          offset = behind(piece);
        }
        assert(offset <= source.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves nothing out but blanks, comments, semicolons, separators and rows', () => {
    const text = textOf(fragments).filter((source) => !source.includes('/*'));
    fc.assert(
      fc.property(text, (source) => {
        let left = '';
        let offset = 0;
        for (const piece of split(source)) {
          left += `${source.slice(offset, piece.start)}\n`;
          left += piece.kind === 'sql' ? `${source.slice(piece.end, piece.terminatorEnd)}\n` : '';
          offset = behind(piece);
        }
        left += source.slice(offset);
        assert.equal(left.replace(/--[^\n\r]*/g, '').replace(/\\\\|[;\s\uFEFF]/g, ''), '');
      }),
      { numRuns: 2000 },
    );
  });

  it('does not depend on what follows a semicolon', () => {
    fc.assert(
      fc.property(statements, anyText, (list, rest) => {
        const source = list.map((statement) => `${statement};\n`).join('');
        const pieces = split(`${source}${rest}`).slice(0, list.length);
        assert.deepEqual(pieces, split(source));
      }),
    );
  });
});

const word = fc.constantFrom(
  'select',
  'FROM',
  'x',
  'begin',
  'end',
  'a$b$',
  'é',
  'case',
  'e',
  'n',
  'u',
  'stdin',
);
const inner = fc.string({ maxLength: 8 });
const token = fc.oneof(
  word,
  inner.map((text) => `'${text.replaceAll("'", "''")}'`),
  inner.map((text) => `E'${text.replace(/['\\]/g, '\\$&')}'`),
  inner.map((text) => `U&"${text.replaceAll('"', '""')}"`),
  inner.map((text) => `"${text.replaceAll('"', '""')}"`),
  // A body ends at the first closing tag, so it must not have or begin one itself.
  inner.filter((text) => `${text}$q$`.indexOf('$q$') === text.length).map((text) => `$q$${text}$q$`),
  inner.map((text) => `/* ${text.replace(/[*/]/g, ';')} */ 1`),
  inner.map((text) => `-- ${text.replace(/[\r\n]/g, ';')}\n2`),
  fc.constantFrom('(1; 2)', '$1', '1.5e3', '+', '::', ',', '[1:2]', ':name', '\t', '\r\n'),
);
/** Statements that a lexer takes for whole ones; the first word keeps heuristics for functions and COPY away. */
const plain = fc.array(token, { maxLength: 12 }).map((tokens) => ['SELECT', ...tokens, '1'].join(' '));
const functionBody = fc
  .array(plain, { maxLength: 4 })
  .map((list) => list.map((statement) => statement.replace(/\b(begin|case|end)\b/g, 'z')))
  .map(
    (list) => `CREATE FUNCTION f() BEGIN ATOMIC ${list.map((statement) => `${statement};`).join(' ')} END`,
  );
const statements = fc.array(fc.oneof({ weight: 4, arbitrary: plain }, functionBody), {
  minLength: 1,
  maxLength: 8,
});

describe('split of whole statements', () => {
  it('gives them back', () => {
    fc.assert(
      fc.property(statements, (list) => {
        const pieces = split(`${list.join(';\n')};\n`);
        assert.deepEqual(
          pieces.map(({ kind, text }) => ({ kind, text })),
          list.map((text) => ({ kind: 'sql', text })),
        );
      }),
      { numRuns: 1000 },
    );
  });
});
