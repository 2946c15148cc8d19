import { Lexer, Token } from '../splitter/lexer.ts';

/** A token of SQL as completion looks at it; whitespace and comments are none. */
export interface SqlToken {
  /** `literal` is a constant, a parameter or a variable of psql's. */
  readonly kind: 'word' | 'quoted' | 'literal' | 'open' | 'close' | 'symbol';
  readonly text: string;
  /** Of a `word`, in upper case; empty otherwise, so that a comparison with a keyword tells both. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** The token that a lexer stands on, which is neither whitespace nor a comment. */
export const tokenAt = (source: string, { kind, start, end }: Lexer): SqlToken => {
  const text = source.slice(start, end);
  if (kind === Token.word) return { kind: 'word', text, word: text.toUpperCase(), start, end };
  return { kind: kindOf(kind, text), text, word: '', start, end };
};

const kindOf = (kind: Lexer['kind'], text: string): SqlToken['kind'] => {
  if (kind === Token.open) return 'open';
  if (kind === Token.close) return 'close';
  if (/^(u&)?"/i.test(text)) return 'quoted';
  return /^([0-9']|\$.|:\w|[bxne]'|u&')/i.test(text) ? 'literal' : 'symbol';
};

/** All tokens of a text. */
export const tokensOf = (source: string): SqlToken[] => {
  const lexer = new Lexer(source);
  const tokens: SqlToken[] = [];
  while (lexer.next()) {
    if (lexer.kind !== Token.space && lexer.kind !== Token.comment) tokens.push(tokenAt(source, lexer));
  }
  return tokens;
};

/** The name that a word or a quoted identifier is, folded as the server does (PostgreSQL manual, 4.1.1). */
export const nameOf = ({ kind, text }: Pick<SqlToken, 'kind' | 'text'>): string => {
  if (kind !== 'quoted') return text.toLowerCase();
  const inner = text.replace(/^(u&)?"/i, '').replace(/"$/, '');
  return inner.replaceAll('""', '"');
};

/** Whether a token can be a name; keywords are told apart by who asks. */
export const isName = (token: SqlToken | undefined): token is SqlToken =>
  token?.kind === 'word' || token?.kind === 'quoted';
