import type { CellsView, CellView, CopyFormat } from '../../contract/cells.ts';
import type { ColumnView, FromWebview, ToWebview } from '../../contract/results.ts';
import { openMenu, type MenuItem, type MenuPlace } from '../controls/menu.ts';
import { splitter } from '../controls/splitter.ts';
import { Toolbar } from '../controls/toolbar.ts';
import type { GridCommands } from '../grid/commands.ts';
import type { Grid } from '../grid/grid.ts';
import { ValueViewer } from '../value/valueViewer.ts';
import { typeName } from './typeNames.ts';

/** How long, ms, a selection must stay before it is summed up. */
const settles = 150;

const copyKey = navigator.userAgent.includes('Mac') ? '⌘C' : 'Ctrl+C';

/** A result that is on show. */
interface Result {
  readonly runId: number;
  readonly statementId: number;
  readonly columns: readonly ColumnView[];
}

/** What can be done with a result's cells: copying, exporting, summing up, and showing one value in full. */
export class ResultCells implements GridCommands {
  readonly toolbar = new Toolbar('Cells');
  readonly #result: Result;
  readonly #post: (message: FromWebview) => void;
  /** Where the viewer goes, beside the grid. */
  readonly #place: HTMLElement;
  readonly #cleared: () => void;
  #grid: Grid | undefined;
  #viewer: ValueViewer | undefined;
  #splitter: HTMLElement | undefined;
  /** Room of the viewer, percent of the width; stays when it is closed and opened again. */
  #viewerRoom = 40;
  /** The cell whose value the viewer shows or is about to. */
  #viewed: CellView | undefined;
  /** What was last told of the selection, to tell only what is new. */
  #told = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param place takes the viewer, beside the grid
   * @param cleared called when what the selection came to holds no more
   */
  constructor(result: Result, place: HTMLElement, post: (message: FromWebview) => void, cleared: () => void) {
    this.#result = result;
    this.#place = place;
    this.#post = post;
    this.#cleared = cleared;
    this.toolbar.add('copy', 'Copy As…', (button) => {
      this.openMenu(button);
    });
    this.toolbar.add('export', 'Export…', () => {
      this.export();
    });
    this.toolbar.add('value', 'Show Value (Enter)', () => {
      this.showValue();
    });
  }

  /** Says which grid the cells are in. */
  attach(grid: Grid): void {
    this.#grid = grid;
    this.selectionChanged();
  }

  copy(format: CopyFormat = 'text'): void {
    const cells = this.#selectedCells;
    if (cells) this.#post({ type: 'copy', format, cells });
  }

  export(): void {
    const grid = this.#grid;
    const { runId, statementId } = this.#result;
    if (!grid) return;
    const columns = grid.sourceColumns(0, grid.columnCount - 1);
    this.#post({ type: 'export', runId, statementId, count: grid.rowCount, columns });
  }

  escape(): boolean {
    this.#post({ type: 'stopCopy' });
    if (!this.#viewer) return false;
    this.#close();
    return true;
  }

  openMenu(place: MenuPlace): void {
    const cells = this.#selectedCells;
    const nothing = cells === undefined;
    const item = (
      label: string,
      choose: () => void,
      more: { hint?: string; disabled?: boolean } = {},
    ): MenuItem => ({
      label,
      choose,
      disabled: nothing,
      ...more,
    });
    const copy = (label: string, format: CopyFormat, more = {}): MenuItem =>
      item(
        label,
        () => {
          this.copy(format);
        },
        more,
      );
    openMenu(
      'Cells',
      [
        copy('Copy', 'text', { hint: copyKey }),
        copy('Copy with Headers', 'headers'),
        copy('Copy as CSV', 'csv'),
        copy('Copy as JSON', 'json'),
        copy('Copy as Markdown', 'markdown'),
        copy('Copy as INSERT', 'insert'),
        copy('Copy as IN (…)', 'in', {
          disabled: cells?.columns.length !== 1,
          ...(cells && cells.columns.length > 1 && { hint: 'one column' }),
        }),
        'separator',
        item(
          'Show Value',
          () => {
            this.showValue();
          },
          { hint: 'Enter' },
        ),
        item(
          'Export Result…',
          () => {
            this.export();
          },
          { disabled: false },
        ),
      ],
      place,
    );
  }

  /** Opens the viewer on the cell with the focus; where it is open, gives it the focus. */
  showValue(): void {
    const cell = this.#focusedCell;
    if (!cell) return;
    if (this.#viewer) this.#viewer.focus();
    else this.#open(cell);
  }

  /** Tells what is selected now, once it stays so, and has the viewer follow. */
  selectionChanged(): void {
    const cell = this.#focusedCell;
    if (this.#viewer && cell && !isSame(cell, this.#viewed)) this.#ask(cell);
    const cells = this.#selectedCells;
    const several = cells && cells.count * cells.columns.length > 1 ? cells : undefined;
    const key = JSON.stringify(several ?? '');
    if (key === this.#told || (this.#told === '' && !several)) return;
    this.#told = key;
    this.#cleared();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#post(several ? { type: 'selection', cells: several } : { type: 'selection' });
      },
      several ? settles : 0,
    );
  }

  /** Other rows are at the places that are selected: what was told of them holds no more. */
  rowsChanged(): void {
    this.#told = 'others';
    this.#viewed = undefined;
    this.selectionChanged();
  }

  /** Takes the value of a cell, unless another one is on show by now. */
  takeValue({ cell, text, length }: Extract<ToWebview, { type: 'value' }>): void {
    const column = this.#result.columns[cell.column];
    if (!column || !isSame(cell, this.#viewed)) return;
    this.#viewer?.show(column.name, typeName(column.typeOid), cell.row, {
      typeOid: column.typeOid,
      text,
      length,
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    if (this.#told !== '') this.#post({ type: 'selection' });
  }

  get #selectedCells(): CellsView | undefined {
    const { runId, statementId } = this.#result;
    const { range } = this.#grid?.selected ?? {};
    if (!this.#grid || !range) return undefined;
    const columns = this.#grid.sourceColumns(range.left, range.right);
    return { runId, statementId, first: range.top, count: range.bottom - range.top + 1, columns };
  }

  get #focusedCell(): CellView | undefined {
    const { runId, statementId } = this.#result;
    const { focus } = this.#grid?.selected ?? {};
    const [column] = (focus && this.#grid?.sourceColumns(focus.column, focus.column)) ?? [];
    return focus && column !== undefined ? { runId, statementId, row: focus.row, column } : undefined;
  }

  #open(cell: CellView): void {
    const shown = (act: (cell: CellView) => void) => () => {
      if (this.#viewed) act(this.#viewed);
    };
    this.#viewer = new ValueViewer({
      copy: shown(({ runId, statementId, row, column }) => {
        const cells = { runId, statementId, first: row, count: 1, columns: [column] };
        this.#post({ type: 'copy', format: 'text', cells });
      }),
      openInEditor: shown((cell) => {
        this.#post({ type: 'openValue', cell });
      }),
      save: shown((cell) => {
        this.#post({ type: 'saveValue', cell });
      }),
      close: () => {
        this.#close();
      },
    });
    const { element } = this.#viewer;
    this.#splitter = splitter('Width of the value', this.#viewerRoom, (percent) => {
      this.#viewerRoom = percent;
      element.style.setProperty('--value-room', `${percent}%`);
    });
    this.#place.append(this.#splitter, element);
    this.#ask(cell);
  }

  #ask(cell: CellView): void {
    this.#viewed = cell;
    this.#post({ type: 'value', cell });
  }

  #close(): void {
    this.#splitter?.remove();
    this.#viewer?.element.remove();
    this.#viewer = undefined;
    this.#viewed = undefined;
    this.#grid?.element.focus();
  }
}

function isSame(one: CellView, other: CellView | undefined): boolean {
  return one.row === other?.row && one.column === other.column;
}
