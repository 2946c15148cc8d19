import type { Row } from '../../postgres/dataRows.ts';
import type { ExportColumn, TextFormat } from './format.ts';
import { isNumber } from './valueTypes.ts';

/**
 * A table of GitHub Flavored Markdown (its specification, 4.10). What Markdown would read as markup is escaped; NULL is
 * in italics, which no value can be.
 */
export const markdown = (columns: readonly ExportColumn[]): TextFormat => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const cells = (values: Row): string[] =>
    values.map((value) => (value === null ? '*NULL*' : escaped(value)));
  return {
    head:
      line(columns.map(({ name }) => escaped(name))) +
      line(columns.map(({ typeOid }) => (isNumber(typeOid) ? '---:' : '---'))),
    row: (values) => line(cells(values)),
    tail: () => '',
  };
};

const escaped = (text: string): string =>
  text.replace(/[\\`*[\]<|~&]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&').replace(/\r\n|\r|\n/g, '<br>');
