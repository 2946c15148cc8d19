import type { Range } from '../splitter/piece.ts';

/** A part of a text, and what is to stand there instead. */
export interface Replacement extends Range {
  readonly by: string;
}

/** A text made from another one. */
export interface Substituted {
  readonly text: string;
  /** Where in the text before an offset of the new one comes from; within a replacement, where that stands. */
  readonly origin: (offset: number) => number;
}

/** @param replacements in order, not overlapping */
export const substitute = (source: string, replacements: readonly Replacement[]): Substituted => {
  let text = '';
  let copied = 0;
  /** Where each replacement lies in the new text. */
  const placed: { readonly at: number; readonly end: number; readonly replaced: Range }[] = [];
  for (const replacement of replacements) {
    text += source.slice(copied, replacement.start);
    placed.push({ at: text.length, end: text.length + replacement.by.length, replaced: replacement });
    text += replacement.by;
    copied = replacement.end;
  }
  text += source.slice(copied);
  return {
    text,
    origin: (offset) => {
      const before = placed.findLast(({ at }) => at <= offset);
      if (!before) return offset;
      return offset < before.end ? before.replaced.start : before.replaced.end + offset - before.end;
    },
  };
};
