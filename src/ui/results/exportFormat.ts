import * as vscode from 'vscode';
import type { ExportColumn, TextFormat } from '../../sql/export/format.ts';
import { csv, insertScript, json, jsonLines, markdown } from '../../sql/export/formats.ts';
import { parseTableName, printTableName, tableOf } from '../../sql/export/tableName.ts';

/** How rows are exported. */
interface ChosenFormat {
  readonly label: string;
  /** Of the file's name, without the point. */
  readonly ending: string;
  /** Missing for an Excel workbook, which is no text. */
  readonly text?: TextFormat;
}

interface FormatItem extends vscode.QuickPickItem {
  choose(columns: readonly ExportColumn[], sql: string): Promise<ChosenFormat | undefined> | ChosenFormat;
}

const FORMATS: readonly FormatItem[] = [
  {
    label: 'CSV',
    description: 'commas, names of the columns first',
    choose: (columns) => ({
      label: 'CSV',
      ending: 'csv',
      text: csv(columns, { delimiter: ',', header: true, nullText: '' }),
    }),
  },
  {
    label: 'CSV with Options…',
    description: 'delimiter, names, what stands for NULL',
    choose: async (columns) => {
      const options = await askCsvOptions();
      return options && { label: 'CSV', ending: 'csv', text: csv(columns, options) };
    },
  },
  {
    label: 'Excel',
    description: 'up to 1,048,575 rows; numbers of more than 15 digits as text',
    choose: () => ({ label: 'Excel', ending: 'xlsx' }),
  },
  {
    label: 'JSON',
    description: 'an array of objects',
    choose: (columns) => ({ label: 'JSON', ending: 'json', text: json(columns) }),
  },
  {
    label: 'JSON Lines',
    description: 'an object a line',
    choose: (columns) => ({ label: 'JSON Lines', ending: 'jsonl', text: jsonLines(columns) }),
  },
  {
    label: 'SQL',
    description: 'INSERT statements',
    choose: async (columns, sql) => {
      const table = await vscode.window.showInputBox({
        title: 'Export as SQL',
        prompt: 'The table that the rows are to be inserted into',
        value: printTableName(tableOf(sql) ?? { name: 'table_name' }),
        validateInput: (text) =>
          parseTableName(text) ? undefined : 'Write a table’s name as in SQL: name, or schema.name.',
      });
      const name = table === undefined ? undefined : parseTableName(table);
      return name && { label: 'SQL', ending: 'sql', text: insertScript(columns, name) };
    },
  },
  {
    label: 'Markdown',
    description: 'a table',
    choose: (columns) => ({ label: 'Markdown', ending: 'md', text: markdown(columns) }),
  },
];

/**
 * Asks for the format of an export, and for what it leaves open.
 * @param sql the statement, which may tell a table's name
 * @returns undefined where the person pressed Escape
 */
export const askExportFormat = async (
  sql: string,
  columns: readonly ExportColumn[],
): Promise<ChosenFormat | undefined> => {
  const item = await vscode.window.showQuickPick(FORMATS, {
    title: 'Export Result',
    placeHolder: 'Format of the file',
  });
  return item?.choose(columns, sql);
};

const askCsvOptions = async (): Promise<
  { delimiter: string; header: boolean; nullText: string } | undefined
> => {
  const delimiter = await vscode.window.showQuickPick(
    [
      { label: 'Comma', value: ',' },
      { label: 'Semicolon', value: ';' },
      { label: 'Tab', value: '\t' },
      { label: 'Vertical bar', value: '|' },
    ],
    { title: 'CSV: Between Values' },
  );
  if (!delimiter) return undefined;
  const header = await vscode.window.showQuickPick(
    [
      { label: 'With the names of the columns', value: true },
      { label: 'Without', value: false },
    ],
    { title: 'CSV: First Line' },
  );
  if (!header) return undefined;
  const nullText = await vscode.window.showInputBox({
    title: 'CSV: NULL',
    prompt: 'What stands for NULL. When empty: nothing, while an empty text is "".',
    placeHolder: 'such as NULL or \\N',
    validateInput: (text) =>
      /["\r\n]/.test(text) || text.includes(delimiter.value)
        ? 'It can have no quotes, no line breaks, and not what stands between values.'
        : undefined,
  });
  return nullText === undefined ? undefined : { delimiter: delimiter.value, header: header.value, nullText };
};
