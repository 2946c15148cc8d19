import type { Row } from '../postgres/dataRows.ts';

/** A table as psql draws it: a header, a rule, rows; SQL NULL is shown as `∅`. Past `most` rows it says how many more there are. */
export const formatTable = (columns: readonly string[], rows: readonly Row[], most = 20): string => {
  const cells = rows.slice(0, most).map((row) => row.map((value) => value ?? '∅'));
  const widths = columns.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (values: readonly string[]): string =>
    values
      .map((value, i) => ` ${value.padEnd(widths[i] ?? 0)} `)
      .join('│')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width + 2)).join('┼');
  const more = rows.length > most ? [` … and ${rows.length - most} more rows`] : [];
  return [line(columns), rule, ...cells.map(line), ...more].join('\n');
};
