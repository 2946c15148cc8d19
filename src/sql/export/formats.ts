import { type ExportColumn, type TextFormat } from './format.ts';
import { inList, insertScript, type TableName } from './insert.ts';
import { json, jsonLines } from './json.ts';
import { markdown } from './markdown.ts';
import { separated } from './separated.ts';
import type { CopyFormat } from '../../contract/cells.ts';

/** What a copy's format may need. */
interface CopyOptions {
  /** The table that an INSERT names. */
  readonly table: TableName;
}

/** Tab separated lines, as spreadsheets take them from the clipboard. */
const tabbed = (columns: readonly ExportColumn[], header: boolean): TextFormat =>
  separated(columns, { delimiter: '\t', header, nullText: '', lineEnd: '\n', lastLineEnds: false });

/** A cell alone, as it is. */
const bare: TextFormat = { head: '', row: ([value = null]) => value ?? '', tail: () => '' };

/** The format of a copy of some columns. @param isCell whether it is a single cell, which is copied as it is */
export const copyFormat = (
  format: CopyFormat,
  columns: readonly ExportColumn[],
  isCell: boolean,
  { table }: CopyOptions,
): TextFormat => {
  switch (format) {
    case 'text':
      return isCell ? bare : tabbed(columns, false);
    case 'headers':
      return tabbed(columns, true);
    case 'csv':
      return csv(columns, { delimiter: ',', header: true, nullText: '' });
    case 'json':
      return json(columns);
    case 'markdown':
      return markdown(columns);
    case 'insert':
      return insertScript(columns, table);
    case 'in':
      return inList(columns);
  }
};

/** CSV as a file has it. */
export const csv = (
  columns: readonly ExportColumn[],
  options: { delimiter: string; header: boolean; nullText: string },
): TextFormat => separated(columns, { ...options, lineEnd: '\r\n', lastLineEnds: true });

export { insertScript, json, jsonLines, markdown };
