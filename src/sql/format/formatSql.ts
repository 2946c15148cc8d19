import { setImmediate as turn } from 'node:timers/promises';
import type { ParamTypes } from 'sql-formatter';
import type { Piece } from '../splitter/piece.ts';
import { sameTokens } from './sameTokens.ts';

/** Longer statements, rows of an INSERT mostly, would take seconds each. */
const LONGEST = 50_000;
/** The editor gets its turn after this long. */
const TURN_MS = 20;

/** Parameters, and psql's variables. */
const PARAMETERS = { numbered: ['$'], named: [':'], quoted: [':'] } satisfies ParamTypes;

export interface FormatOptions {
  /** Spaces of one level. */
  readonly tabSize: number;
  readonly insertSpaces: boolean;
}

/** Puts a text in the place of [start, end). */
interface FormatEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Formatted {
  readonly edits: readonly FormatEdit[];
  /** Lines, from 1, of the statements that stay as they are, as the formatter can't do them or would change them. */
  readonly left: readonly number[];
}

/**
 * Lays statements out anew, each by itself: what lies between them stays, and so do rows of COPY and what is psql's. A
 * statement is changed only where its tokens are the same before and after, to the letter.
 *
 * @param pieces to format
 * @param signal ends it early; what was done until then is the result
 */
export const formatSql = async (
  pieces: readonly Piece[],
  { tabSize, insertSpaces }: FormatOptions,
  signal?: AbortSignal,
): Promise<Formatted> => {
  const { formatDialect, postgresql } = await import('./postgresqlFormatter.ts');
  const options = { dialect: postgresql, paramTypes: PARAMETERS };
  const edits: FormatEdit[] = [];
  const left: number[] = [];
  let turned = performance.now();
  for (const piece of pieces) {
    if (piece.kind !== 'sql') continue;
    if (performance.now() - turned > TURN_MS) {
      await turn();
      turned = performance.now();
    }
    if (signal?.aborted) break;
    const text =
      piece.interruptedBy || piece.text.length > LONGEST
        ? undefined
        : formatted(piece.text, (sql) =>
            formatDialect(sql, { ...options, tabWidth: tabSize, useTabs: !insertSpaces }),
          );
    if (text === undefined) left.push(piece.line);
    else if (text !== piece.text) edits.push({ start: piece.start, end: piece.end, text });
  }
  return { edits, left };
};

/** @returns undefined where the formatter fails, or gives something else than the same statement */
const formatted = (sql: string, format: (sql: string) => string): string | undefined => {
  try {
    const text = format(sql).trim();
    return sameTokens(sql, text) ? text : undefined;
  } catch {
    return undefined;
  }
};
