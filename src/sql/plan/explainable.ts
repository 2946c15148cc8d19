import { Lexer, Token } from '../splitter/lexer.ts';

/** A statement that EXPLAIN takes. */
export interface Explainable {
  /** The statement itself, without an EXPLAIN before it. */
  readonly sql: string;
  /** Where it begins in the text that it was found in, in UTF-16 code units. */
  readonly offset: number;
  /** Whether it stood behind an EXPLAIN with ANALYZE. */
  readonly analyze: boolean;
  /** Whether running it changes rows or makes something, as far as its words tell. */
  readonly writes: boolean;
}

/** What EXPLAIN takes (PostgreSQL manual, "EXPLAIN"); of what CREATE and REFRESH make, only what a query fills. */
const FIRST_WORDS = new Set(
  'select insert update delete merge values table with execute declare create refresh'.split(' '),
);
const WRITES = new Set('insert update delete merge execute create refresh'.split(' '));
/** ANALYZE, unless it is switched off as PostgreSQL switches off options. */
const ANALYZE = /\banaly[sz]e\b(?!\s*(?:off|false|0)\b)/i;
const CREATED_BY_QUERY =
  /^create\s+(?:(?:global|local|temp|temporary|unlogged|materialized)\s+)*(?:table|view)\b[^;]*?\bas\b/i;

/**
 * Finds what a statement's plan can be asked of.
 * @param text one statement
 * @returns undefined where EXPLAIN takes none of it
 */
export function explainable(text: string): Explainable | undefined {
  const words = wordsOf(text);
  const [first] = words;
  if (first?.word !== 'explain') return statementAt(text, 0, false);
  const [options, offset] = afterExplain(text, first.end);
  return statementAt(text, offset, ANALYZE.test(options));
}

function statementAt(text: string, offset: number, analyze: boolean): Explainable | undefined {
  const sql = text.slice(offset);
  const words = wordsOf(sql).map(({ word }) => word);
  const [first = ''] = words;
  if (!FIRST_WORDS.has(first)) return undefined;
  if (first === 'create' && !CREATED_BY_QUERY.test(sql)) return undefined;
  // A WITH query may change rows in any of its parts; FOR UPDATE only locks them.
  const changes = words.some((word, index) => WRITES.has(word) && words[index - 1] !== 'for');
  return { sql, offset, analyze, writes: WRITES.has(first) || (first === 'with' && changes) };
}

/** The options behind EXPLAIN, and where the statement begins. */
function afterExplain(text: string, end: number): [string, number] {
  const lexer = new Lexer(text);
  lexer.moveTo(end);
  let depth = 0;
  while (lexer.next()) {
    const { kind, start } = lexer;
    if (kind === Token.open) {
      // `EXPLAIN (SELECT 1)`, too, has a parenthesis there.
      const inner = wordsOf(text.slice(start))[0]?.word ?? '';
      if (depth === 0 && FIRST_WORDS.has(inner)) return [text.slice(end, start), start];
      depth += 1;
    } else if (kind === Token.close) depth -= 1;
    else if (kind === Token.word && depth === 0) {
      const word = text.slice(start, lexer.end).toLowerCase();
      if (word !== 'analyze' && word !== 'analyse' && word !== 'verbose')
        return [text.slice(end, start), start];
    }
  }
  return ['', text.length];
}

/** The words of a text that stand outside of literals and comments, in lower case. */
function wordsOf(text: string): { word: string; end: number }[] {
  const lexer = new Lexer(text);
  const words: { word: string; end: number }[] = [];
  while (lexer.next()) {
    if (lexer.kind !== Token.word) continue;
    words.push({ word: text.slice(lexer.start, lexer.end).toLowerCase(), end: lexer.end });
  }
  return words;
}
