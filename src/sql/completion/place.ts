import { Lexer, Token } from '../splitter/lexer.ts';
import type { Piece } from '../splitter/piece.ts';
import { pieceBefore, type PieceList } from '../splitter/pieceList.ts';
import { isName, nameOf, type SqlToken, tokenAt } from './tokens.ts';

/** What is read of a statement behind the cursor at most: an open parenthesis may have joined it to the whole file. */
const MOST_TOKENS_BEHIND = 5_000;
const STARTS_STATEMENT =
  /^(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|BEGIN|COMMIT|EXPLAIN|TRUNCATE|MERGE|COPY|VACUUM|ANALYZE|GRANT|REVOKE|DO|CALL|SHOW)$/;
/** Words behind which a statement goes on with what could begin one. */
const GOES_ON =
  /^(UNION|ALL|EXCEPT|INTERSECT|DISTINCT|AS|FOR|EXPLAIN|ANALYZE|VERBOSE|BEGIN|ON|DO|THEN|ELSE|LOOP)$/;
/** Statements that have another one inside. */
const HOLDS_ANOTHER = /^(WITH|INSERT|CREATE|EXPLAIN|GRANT|REVOKE|ALTER|PREPARE|DECLARE)$/;

/** Words of PL/pgSQL behind which a statement begins. */
const LEADS_TO_STATEMENT = /^(BEGIN|LOOP|QUERY)$/;

/** A place in a statement, and the name that is being typed there. */
export interface Place {
  /** The statement's tokens, without those of the name at the place. */
  readonly tokens: readonly SqlToken[];
  /** How many of them come before it. */
  readonly index: number;
  /** What stands before the name with dots: schema, table or alias; folded. */
  readonly qualifier: readonly string[];
  /** The name, up to the cursor; empty text where none was begun. */
  readonly typed: { readonly text: string; readonly start: number; readonly end: number };
}

/**
 * Finds what a cursor is in. A statement that isn't finished yet is taken for itself: it ends at the next semicolon,
 * whatever parentheses are open, or where behind an empty line another one begins.
 *
 * @param pieces of `source`, as `split` gives them
 * @param offset of the cursor
 * @param literals what is found in a string; nothing unless told
 * @returns undefined in literals, comments, psql commands and rows of COPY
 */
export const placeAt = (
  source: string,
  pieces: PieceList,
  offset: number,
  literals: Literals = 'refuse',
): Place | undefined => {
  const from = beginOf(source, pieceBefore(pieces, offset), offset);
  return from === undefined ? undefined : placeWithin(source, { from, inBody: false, literals }, offset);
};

/** In a string: nothing is found, or the place that the string begins at. */
type Literals = 'refuse' | 'begin';

interface Region {
  readonly from: number;
  /** Whether it is a function's body, where PL/pgSQL has statements inside of others. */
  readonly inBody: boolean;
  readonly literals: Literals;
}

/** Where the statement at a place begins at the earliest; undefined where no SQL is. */
const beginOf = (source: string, piece: Piece | undefined, offset: number): number | undefined => {
  if (!piece) return 0;
  const end = piece.kind === 'sql' ? piece.terminatorEnd : piece.end;
  if (piece.copyData && offset >= piece.copyData.start) {
    if (offset <= piece.copyData.end) return undefined;
    const terminator = source.indexOf('\n', piece.copyData.end);
    return terminator < 0 || terminator >= offset ? undefined : terminator + 1;
  }
  if (piece.kind === 'psql') return offset <= piece.end ? undefined : piece.end;
  return offset >= end && end > piece.end ? end : piece.start;
};

const placeWithin = (source: string, region: Region, offset: number): Place | undefined => {
  const { from, inBody, literals } = region;
  const lexer = new Lexer(source);
  lexer.moveTo(from);
  const before: SqlToken[] = [];
  const behind: SqlToken[] = [];
  let touched: SqlToken | undefined;
  while (lexer.next()) {
    const { kind, start, end } = lexer;
    if (kind === Token.semicolon) {
      if (start >= offset) break;
      before.length = 0;
    } else if (kind === Token.comment) {
      const isLine = source.startsWith('--', start);
      if (start < offset && (offset < end || (isLine && offset === end))) return undefined;
    } else if (kind === Token.backslash) {
      if (start >= offset) break;
    } else if (kind !== Token.space) {
      const token = tokenAt(source, lexer);
      if (end < offset || (end === offset && !isName(token))) {
        if (end === offset && isOpenLiteral(source, token)) {
          return literals === 'begin' && !token.text.startsWith('/*')
            ? placeWithin(source, region, start)
            : undefined;
        }
        if (inBody && LEADS_TO_STATEMENT.test(before.at(-1)?.word ?? '')) before.length = 0;
        before.push(inBody && token.word === 'PERFORM' ? { ...token, word: 'SELECT' } : token);
      } else if (start < offset) {
        const { kind: tokenKind } = token;
        if (!isName(token)) {
          const inside = insideBody(source, before, token, offset);
          return (
            inside ??
            (literals === 'begin' && tokenKind === 'literal' ? placeWithin(source, region, start) : undefined)
          );
        }
        touched = token;
        // A quote that isn't closed yet takes what follows along.
        if (token.text.includes('\n')) lexer.moveTo(offset);
      } else behind.push(token);
    }
    if (behind.length > MOST_TOKENS_BEHIND) break;
  }
  if (inBody && LEADS_TO_STATEMENT.test(before.at(-1)?.word ?? '')) before.length = 0;
  const own = before.slice(cutBefore(source, before));
  const { qualifier, rest } = takeQualifier(own, touched?.start ?? offset);
  return {
    tokens: [...rest, ...behind.slice(0, cutBehind(source, before, touched?.end ?? offset, behind))],
    index: rest.length,
    qualifier,
    typed: touched
      ? {
          text: source.slice(touched.start, offset),
          start: touched.start,
          end: touched.text.includes('\n') ? offset : touched.end,
        }
      : { text: '', start: offset, end: offset },
  };
};

/** A string, or a comment, that the end of the text ends. */
const isOpenLiteral = (source: string, { text, end }: SqlToken): boolean => {
  if (end < source.length) return false;
  if (text.startsWith('/*')) return true;
  const quote = text.indexOf("'");
  if (/^([a-z]|u&)?'/i.test(text)) return text.length === quote + 1 || !text.endsWith("'");
  const delimiter = /^\$\w*\$/.exec(text)?.[0];
  return delimiter !== undefined && (text.length < 2 * delimiter.length || !text.endsWith(delimiter));
};

/** In the body of a function or of DO there is SQL again. */
const insideBody = (
  source: string,
  before: readonly SqlToken[],
  { text, start, end }: SqlToken,
  offset: number,
): Place | undefined => {
  const delimiter = /^\$\w*\$/.exec(text)?.[0];
  const first = before[0]?.word;
  if (delimiter === undefined || (first !== 'CREATE' && first !== 'DO')) return undefined;
  const bodyStart = start + delimiter.length;
  const bodyEnd = text.endsWith(delimiter) ? end - delimiter.length : end;
  if (offset < bodyStart || offset > bodyEnd) return undefined;
  return placeWithin(source.slice(0, bodyEnd), { from: bodyStart, inBody: true, literals: 'refuse' }, offset);
};

const emptyLineBetween = (source: string, from: number, to: number): boolean =>
  /\n[ \t\r]*\n/.test(source.slice(from, to));

/** Where, of the tokens before the cursor, the statement begins that it is in. */
const cutBefore = (source: string, tokens: readonly SqlToken[]): number => {
  for (let at = tokens.length - 1; at > 0; at--) {
    if (beginsAnother(source, tokens, at)) return at;
  }
  return 0;
};

/** How many of the tokens behind the cursor belong to its statement. */
const cutBehind = (
  source: string,
  before: readonly SqlToken[],
  offset: number,
  behind: readonly SqlToken[],
): number => {
  const first = behind[0];
  if (first && STARTS_STATEMENT.test(first.word) && emptyLineBetween(source, offset, first.start)) {
    const last = before.at(-1);
    if (!last || !GOES_ON.test(last.word)) return 0;
  }
  for (let at = 1; at < behind.length; at++) {
    if (beginsAnother(source, behind, at)) return at;
  }
  return behind.length;
};

const beginsAnother = (source: string, tokens: readonly SqlToken[], at: number): boolean => {
  const token = tokens[at];
  const last = tokens[at - 1];
  if (!token || !last || !STARTS_STATEMENT.test(token.word)) return false;
  if (GOES_ON.test(last.word) || last.kind === 'open' || HOLDS_ANOTHER.test(tokens[0]?.word ?? ''))
    return false;
  return emptyLineBetween(source, last.end, token.start);
};

/** Takes `schema.table.` off the end of the tokens. */
const takeQualifier = (
  tokens: readonly SqlToken[],
  typedStart: number,
): { qualifier: readonly string[]; rest: readonly SqlToken[] } => {
  const qualifier: string[] = [];
  let count = tokens.length;
  let follower = typedStart;
  for (;;) {
    const dot = tokens[count - 1];
    const name = tokens[count - 2];
    if (dot?.text !== '.' || dot.end !== follower || !isName(name) || name.end !== dot.start) break;
    qualifier.unshift(nameOf(name));
    follower = name.start;
    count -= 2;
  }
  return { qualifier, rest: tokens.slice(0, count) };
};
