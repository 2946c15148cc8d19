import type { PieceList } from '../splitter/pieceList.ts';
import { expectationAt } from './expectation.ts';
import { placeAt } from './place.ts';
import { blockAt, blocksOf } from './queryBlocks.ts';
import type { CompletionKnowledge } from './catalogSuggester.ts';
import { Scope } from './scope.ts';
import { Suggester } from './suggester.ts';
import type { Suggestion } from './suggestion.ts';

export type { CompletionKnowledge } from './catalogSuggester.ts';
export type { Suggestion } from './suggestion.ts';

/** What fits at a cursor. */
export interface Completion {
  /** The best first. */
  readonly suggestions: readonly Suggestion[];
  /** Whether there are more, which another letter would bring. */
  readonly incomplete: boolean;
  /** Relations whose columns would have been needed; there may be more suggestions with them. */
  readonly missing: ReadonlySet<number>;
  /** What a suggestion takes the place of: from `start` to the cursor, or with what stands behind it to `end`. */
  readonly typed: { readonly text: string; readonly start: number; readonly end: number };
}

/**
 * Suggests what may stand at a cursor. The statement needs not be finished.
 *
 * @param pieces of `source`, as `split` gives them
 * @param offset of the cursor
 * @returns undefined where no SQL is: in literals, comments, psql commands and rows of COPY
 */
export const complete = (
  source: string,
  pieces: PieceList,
  offset: number,
  knowledge: CompletionKnowledge,
): Completion | undefined => {
  const place = placeAt(source, pieces, offset);
  if (!place) return undefined;
  const blocks = blocksOf(place.tokens);
  const block = blockAt(blocks, place.index);
  const scope = new Scope(place.tokens, knowledge);
  const expectation = expectationAt(place.tokens, place.index, block);
  const suggester = new Suggester(place, block, scope, knowledge);
  suggester.suggest(expectation);
  const { all, incomplete } = suggester.found;
  const suggestions = [...all].sort((a, b) => a.rank - b.rank);
  return { suggestions, incomplete, missing: scope.missing, typed: place.typed };
};
