/** What was told of a statement, by its text. */
export interface Told<Words> {
  readonly text: string;
  /** Undefined where there was nothing to say. */
  readonly words: Words | undefined;
}

/**
 * What was told of the statements that stood where those of an edited file stand now. Statements before and after the
 * edit are found by their texts; those between them take each other's places, so that one that is being typed keeps its
 * own words.
 * @param before the statements before the edit, in order
 * @param now texts of all statements after it
 * @returns for each of `now` what was told; undefined where it is new, or there was nothing to say
 */
export const carriedOver = <Words>(
  before: readonly Told<Words>[],
  now: readonly string[],
): (Words | undefined)[] => {
  const most = Math.min(before.length, now.length);
  let first = 0;
  while (first < most && before[first]?.text === now[first]) first += 1;
  let last = 0;
  while (last < most - first && before.at(-1 - last)?.text === now.at(-1 - last)) last += 1;
  const inFront = now.length - last;
  return now.map((_, index) => {
    if (index >= inFront) return before[index + before.length - now.length]?.words;
    return index < before.length - last ? before[index]?.words : undefined;
  });
};
