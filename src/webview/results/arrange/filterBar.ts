import type { FilterView } from '../../../contract/arrangement.ts';
import { button, el, setText } from '../../controls/dom.ts';
import { counted } from '../format.ts';
import type { Arranger } from './arranger.ts';
import { filterText } from './operators.ts';

/** What the bar needs of those around it. */
export interface FilterBarActions {
  /** Change a filter, in a popover at an element. */
  edit(filter: FilterView, place: Element): void;
  /** Something was removed: the focus has to go somewhere. */
  focusGrid(): void;
}

/** What rows are sorted and filtered by, each to be removed, how many of them are shown, and how far that is. */
export class FilterBar {
  readonly element = el('div', 'arrangement');
  readonly #names: readonly string[];
  readonly #arranger: Arranger;
  readonly #actions: FilterBarActions;
  readonly #chips = el('div', 'chips');
  readonly #count = el('span', 'status-fact');
  readonly #problem = el('span', 'arrangement-problem');
  readonly #stop: HTMLButtonElement;
  #shown = '';

  /** @param names of the result's columns */
  constructor(names: readonly string[], arranger: Arranger, actions: FilterBarActions) {
    this.#names = names;
    this.#arranger = arranger;
    this.#actions = actions;
    this.#stop = button('link', 'Stop', () => {
      arranger.stop();
      actions.focusGrid();
    });
    this.#chips.role = 'list';
    this.#chips.ariaLabel = 'Sorted and filtered by';
    this.#count.role = 'status';
    this.#problem.role = 'alert';
    this.element.hidden = true;
    this.element.append(this.#chips, this.#count, this.#stop, this.#problem);
  }

  /** @param total rows of the result */
  update(total: number): void {
    const { how, progress, problem, rowCount } = this.#arranger;
    const arranged = how.sort.length + how.filters.length > 0;
    this.element.hidden = !arranged && !progress && problem === undefined;
    this.#showChips();
    this.#stop.hidden = !progress;
    setText(this.#problem, problem ?? '');
    setText(
      this.#count,
      progress ? progressText(progress) : how.filters.length > 0 ? shownText(rowCount, total) : '',
    );
  }

  #showChips(): void {
    const { how } = this.#arranger;
    const shown = JSON.stringify(how);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const sorts = how.sort.map(({ column, descending }) => {
      const name = this.#names[column] ?? '';
      const label = `${descending ? '↓' : '↑'} ${name}`;
      const title = `Sorted by ${name}, ${descending ? 'descending' : 'ascending'}: turn around`;
      return this.#chip(label, title, {
        press: () => {
          this.#arranger.sortBy(column, !descending, true);
        },
        remove: () => {
          this.#arranger.unsort(column);
        },
      });
    });
    const filters = how.filters.map((filter) => {
      const label = filterText(filter, this.#names[filter.column] ?? '');
      return this.#chip(label, `Change the filter ${label}`, {
        press: (place) => {
          this.#actions.edit(filter, place);
        },
        remove: () => {
          this.#arranger.unfilter(filter);
        },
      });
    });
    const chips = [...sorts, ...filters];
    const all = button('link', 'Clear all', () => {
      this.#arranger.clear();
      this.#actions.focusGrid();
    });
    this.#chips.replaceChildren(...chips, ...(chips.length > 1 ? [all] : []));
  }

  #chip(
    label: string,
    title: string,
    does: { press: (place: Element) => void; remove: () => void },
  ): HTMLElement {
    const chip = el('span', 'chip');
    chip.role = 'listitem';
    const press = button('chip-text', label, () => {
      does.press(chip);
    });
    press.title = title;
    const remove = button('chip-remove', '×', () => {
      does.remove();
      this.#actions.focusGrid();
    });
    remove.title = remove.ariaLabel = `Remove ${label}`;
    chip.append(press, remove);
    return chip;
  }
}

function progressText({ waiting, done, total }: { waiting: boolean; done: number; total: number }): string {
  if (waiting) return 'Waits until all rows have come.';
  return total > 0 ? `${done.toLocaleString('en')} of ${counted(total, 'row')} looked at…` : '';
}

function shownText(rowCount: number | undefined, total: number): string {
  return rowCount === undefined ? '' : `${rowCount.toLocaleString('en')} of ${counted(total, 'row')}`;
}
