/** What a suggestion is; the editor draws an icon for it. */
type SuggestionKind =
  | 'keyword'
  | 'schema'
  | 'relation'
  | 'view'
  | 'common table'
  | 'alias'
  | 'column'
  | 'function'
  | 'type'
  | 'setting'
  | 'value'
  | 'condition';

/** One thing that may stand at a place. */
export interface Suggestion {
  readonly label: string;
  readonly kind: SuggestionKind;
  /** What is put into the text. */
  readonly insert: string;
  /** A function: parentheses follow, and `none` between them where it takes nothing. */
  readonly call?: 'arguments' | 'none';
  /** A few words behind the label. */
  readonly detail?: string;
  /** Lower ones come first. */
  readonly rank: number;
  /** Tells more, in Markdown. */
  readonly describe?: () => string;
}

/** Lower ones come first. */
export const Rank = {
  best: 0,
  distributionColumn: 1,
  column: 2,
  outerColumn: 3,
  common: 4,
  alias: 4,
  relation: 4,
  documented: 5,
  function: 5,
  keyword: 6,
  schema: 7,
  other: 8,
  system: 9,
} as const;

/** Suggestions as they are found. */
export class Suggestions {
  readonly all: Suggestion[] = [];
  /** Whether there are more, which another letter would bring. */
  incomplete = false;

  add(suggestion: Suggestion): void {
    this.all.push(suggestion);
  }
}
