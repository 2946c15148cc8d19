/** Tabs that are shown at most; those of a longer run are shown page by page. */
export const pageSize = 200;

/** A page of tabs: those with the indices from `first` on, up to but without `end`. */
export interface TabPage {
  readonly first: number;
  readonly end: number;
}

/** The page that the tab with an index is on. */
export function pageOf(index: number, count: number): TabPage {
  const first = index - (index % pageSize);
  return { first, end: Math.min(first + pageSize, count) };
}

/** `1–200 of 31,000` */
export function pageText({ first, end }: TabPage, count: number): string {
  const [from, to, of] = [first + 1, end, count].map((number) => number.toLocaleString('en'));
  return `${from}–${to} of ${of}`;
}

/** Index of the tab that a key leads to from another, on whichever page it is; undefined where there is none. */
export function tabAtKey(key: string, index: number, count: number): number | undefined {
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key] ?? -1;
  return target >= 0 && target < count ? target : undefined;
}
