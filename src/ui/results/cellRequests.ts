import * as vscode from 'vscode';
import type { CellsView, CellView, CopyFormat } from '../../contract/cells.ts';
import type { FromWebview, ToWebview } from '../../contract/results.ts';
import { clipboardText } from '../../sql/export/clipboardText.ts';
import type { ExportColumn } from '../../sql/export/format.ts';
import { copyFormat } from '../../sql/export/formats.ts';
import { eachRow, type Selected } from '../../sql/export/portions.ts';
import { tableOf } from '../../sql/export/tableName.ts';
import { Aggregates } from '../../sql/results/aggregates.ts';
import { beginning } from '../../sql/results/shownRows.ts';
import type { RunStatement } from '../../sql/run/runStatement.ts';
import { errorMessage } from '../errorText.ts';
import { count as counted } from '../format.ts';
import type { Guard } from '../guard.ts';
import { exportRows } from './exportRows.ts';
import { SelectionItem } from './selectionItem.ts';
import { openValue, saveValue } from './wholeValue.ts';

/** What this answers: all messages about cells. */
type CellMessage = Extract<
  FromWebview,
  { type: 'copy' | 'stopCopy' | 'selection' | 'export' | 'value' | 'openValue' | 'saveValue' }
>;
type Post = (message: ToWebview) => void;

/** Finds a statement of a run that is on show. */
interface Statements {
  statement(runId: number, statementId: number): RunStatement | undefined;
}

/** Characters of a value that the viewer is sent: more would stall the page, and nobody reads them there. */
const VALUE_CHARACTERS = 250_000;

/** Does with cells of a result what the results view asks for: whole values stay here, where the rows are. */
export class CellRequests implements vscode.Disposable {
  readonly #statements: Statements;
  readonly #guard: Guard;
  readonly #item = new SelectionItem();
  #copying: AbortController | undefined;
  #summing: AbortController | undefined;

  constructor(statements: Statements, guard: Guard) {
    this.#statements = statements;
    this.#guard = guard;
  }

  /** @param post sends what there is to answer */
  take(message: CellMessage, post: Post): void {
    this.#handle(message, post).catch((error: unknown) => {
      this.#guard.report(error);
    });
  }

  /** Nothing is selected any more, or nobody sees it. */
  forgetSelection(): void {
    this.#summing?.abort();
    this.#summing = undefined;
    this.#item.hide();
  }

  dispose(): void {
    this.#copying?.abort();
    this.forgetSelection();
    this.#item.dispose();
  }

  async #handle(message: CellMessage, post: Post): Promise<void> {
    switch (message.type) {
      case 'copy':
        return this.#copy(message.cells, message.format, post);
      case 'stopCopy':
        this.#copying?.abort();
        return;
      case 'selection':
        return this.#summarize(message.cells, post);
      case 'export': {
        const { runId, statementId, columns, count } = message;
        const statement = this.#statements.statement(runId, statementId);
        if (statement) await exportRows(statement, selected(statement, { first: 0, count, columns }));
        return;
      }
      case 'value':
        return this.#sendValue(message.cell, post);
      case 'openValue':
      case 'saveValue': {
        const cell = await this.#cell(message.cell);
        if (cell) await (message.type === 'openValue' ? openValue(cell) : saveValue(cell));
      }
    }
  }

  async #copy(cells: CellsView, format: CopyFormat, post: Post): Promise<void> {
    const statement = this.#statements.statement(cells.runId, cells.statementId);
    if (!statement) return;
    this.#copying?.abort();
    const copying = new AbortController();
    this.#copying = copying;
    const { signal } = copying;
    const { count, columns } = cells;
    const isCell = count === 1 && columns.length === 1;
    const tell = (message: string): void => {
      post({ type: 'told', message });
    };
    try {
      const table = tableOf(statement.piece.text) ?? { name: 'table_name' };
      const text = await clipboardText(
        selected(statement, cells),
        copyFormat(format, exportColumns(statement, columns), isCell, { table }),
        {
          signal,
          progress: (rows) => {
            if (rows === count) return;
            tell(`Copying: ${rows.toLocaleString('en')} of ${counted(count, 'row')}. Esc stops.`);
          },
        },
      );
      await vscode.env.clipboard.writeText(text);
      tell(
        `Copied ${isCell ? '1 cell' : `${counted(count, 'row')} × ${counted(columns.length, 'column')}`}.`,
      );
    } catch (error) {
      tell(signal.aborted ? 'Copying stopped; nothing was copied.' : errorMessage(error));
    } finally {
      if (this.#copying === copying) this.#copying = undefined;
    }
  }

  async #summarize(cells: CellsView | undefined, post: Post): Promise<void> {
    this.forgetSelection();
    const statement = cells && this.#statements.statement(cells.runId, cells.statementId);
    if (!statement) return;
    const { columns } = cells;
    const summing = new AbortController();
    this.#summing = summing;
    const aggregates = new Aggregates(exportColumns(statement, columns).map(({ typeOid }) => typeOid));
    this.#item.count(cells.count * columns.length);
    const { signal } = summing;
    try {
      await eachRow(
        selected(statement, cells),
        (row) => {
          aggregates.take(row);
        },
        signal,
      );
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (signal.aborted) return;
    const { facts } = aggregates;
    this.#item.show(facts);
    post({ type: 'summary', cells, text: facts.map(({ name, value }) => `${name} ${value}`).join(' · ') });
  }

  async #sendValue(cell: CellView, post: Post): Promise<void> {
    const found = await this.#cell(cell);
    if (!found) return;
    const { value } = found;
    const text = value === null ? null : beginning(value, VALUE_CHARACTERS);
    post({ type: 'value', cell, text, length: value?.length ?? 0 });
  }

  /** A cell's whole value; undefined where its row is gone. */
  async #cell({ runId, statementId, row, column }: CellView) {
    const statement = this.#statements.statement(runId, statementId);
    const [values] = (await statement?.rows(row, 1)) ?? [];
    const { name, typeOid } = statement?.view.columns[column] ?? {};
    if (!values || name === undefined || typeOid === undefined) return undefined;
    return { name, typeOid, value: values[column] ?? null };
  }
}

const selected = (
  statement: RunStatement,
  { first, count, columns }: Pick<CellsView, 'first' | 'count' | 'columns'>,
): Selected => ({
  rows: { window: (from, rows) => statement.rows(from, rows) },
  first,
  count,
  columns,
});

const exportColumns = (statement: RunStatement, columns: readonly number[]): ExportColumn[] =>
  columns.flatMap((column) => statement.view.columns[column] ?? []);
