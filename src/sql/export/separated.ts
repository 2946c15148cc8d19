import type { Row } from '../../postgres/dataRows.ts';
import type { ExportColumn, TextFormat } from './format.ts';

export interface SeparatedOptions {
  /** One character. */
  readonly delimiter: string;
  /** Whether the first line has the columns' names. */
  readonly header: boolean;
  /** What stands for NULL; a value that reads the same is quoted, so that the two stay apart. */
  readonly nullText: string;
  /** Between lines: RFC 4180 has CRLF. */
  readonly lineEnd: '\r\n' | '\n';
  /** Whether the last line has an end, too. */
  readonly lastLineEnds: boolean;
}

/**
 * CSV, by RFC 4180 and readable by `COPY … FROM … (FORMAT csv)`: a value is quoted where it is empty, reads like NULL, or
 * has a quote, a delimiter or a line break. `\.` is quoted, because COPY takes it for the end.
 */
export const separated = (columns: readonly ExportColumn[], options: SeparatedOptions): TextFormat => {
  const { delimiter, header, nullText, lineEnd, lastLineEnds } = options;
  const special = new RegExp(`[\\r\\n"${delimiter.replace(/[\\\]^-]/, '\\$&')}]`);
  const quoted = (value: string): boolean =>
    value === '' || value === nullText || value === '\\.' || special.test(value);
  const field = (value: string | null): string => {
    if (value === null) return nullText;
    return quoted(value) ? `"${value.replaceAll('"', '""')}"` : value;
  };
  const line = (values: Row): string => {
    let text = '';
    for (let column = 0; column < values.length; column++) {
      if (column > 0) text += delimiter;
      text += field(values[column] ?? null);
    }
    return text;
  };
  return {
    head: header ? line(columns.map(({ name }) => name)) : '',
    row: (values, index) => (header || index > 0 ? lineEnd : '') + line(values),
    tail: (count) => (lastLineEnds && (header || count > 0) ? lineEnd : ''),
  };
};
