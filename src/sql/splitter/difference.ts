/** Where a text differs from the one that it was. */
export interface Difference {
  /** Up to here both are alike. */
  readonly start: number;
  /** From here on the new text is as the old one was, which stood there `shift` code units before. */
  readonly end: number;
  readonly shift: number;
}

/** @returns what an edit changed, undefined where that is nothing */
export function difference(before: string, after: string): Difference | undefined {
  const start = commonPrefix(before, after);
  if (start === before.length && start === after.length) return undefined;
  const end = after.length - commonSuffix(before, after, start);
  return { start, end, shift: after.length - before.length };
}

/** Characters that are compared at once. */
const BLOCK = 16 * 1024;

function commonPrefix(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let same = 0;
  while (same < most && one.slice(same, same + BLOCK) === other.slice(same, same + BLOCK)) same += BLOCK;
  while (same < most && one.charCodeAt(same) === other.charCodeAt(same)) same++;
  return Math.min(same, most);
}

/** @param prefix what is common at the beginning, which doesn't count again. */
function commonSuffix(one: string, other: string, prefix: number): number {
  const most = Math.min(one.length, other.length) - prefix;
  const block = (text: string, same: number): string =>
    text.slice(text.length - same - BLOCK, text.length - same);
  let same = 0;
  while (same + BLOCK <= most && block(one, same) === block(other, same)) same += BLOCK;
  while (same < most && one.charCodeAt(one.length - 1 - same) === other.charCodeAt(other.length - 1 - same))
    same++;
  return same;
}
