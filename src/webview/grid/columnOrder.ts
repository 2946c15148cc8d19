/** The columns of a result that are shown, by their indices in the result, in the order in which they are shown. */
export type ShownColumns = readonly number[];

/** A remembered order, if it is one of some of `count` columns; all of them otherwise. */
export function knownOrder(remembered: ShownColumns | undefined, count: number): ShownColumns {
  const known =
    remembered !== undefined &&
    remembered.length > 0 &&
    new Set(remembered).size === remembered.length &&
    remembered.every((column) => Number.isInteger(column) && column >= 0 && column < count);
  return known ? remembered : [...Array(count).keys()];
}

/** Leaves out the columns at places `left` to `right`, unless these are all. */
export function withoutColumns(shown: ShownColumns, left: number, right: number): ShownColumns {
  const rest = shown.filter((_, place) => place < left || place > right);
  return rest.length > 0 ? rest : shown;
}

/** Puts each hidden one of `count` columns behind the one that it follows in the result. */
export function withAllColumns(shown: ShownColumns, count: number): ShownColumns {
  const all = [...shown];
  for (let column = 0; column < count; column++) {
    if (!all.includes(column)) all.splice(all.indexOf(column - 1) + 1, 0, column);
  }
  return all;
}

/**
 * Moves the columns at places `left` to `right`.
 * @param to the place before which they are put, counted as things stand now; the end where it is the number of columns
 */
export function moveColumns(shown: ShownColumns, left: number, right: number, to: number): ShownColumns {
  if (to >= left && to <= right + 1) return shown;
  const moved = shown.slice(left, right + 1);
  const before = shown.slice(0, to).filter((_, place) => place < left || place > right);
  const after = shown.slice(to).filter((_, at) => at + to < left || at + to > right);
  return [...before, ...moved, ...after];
}
