import type { ArrangementNews } from '../../../contract/arrangement.ts';
import { button, el, setText } from '../../controls/dom.ts';
import { counted } from '../format.ts';
import { editsText } from './typingKeys.ts';

/** What is looked for. */
export interface FindRequest {
  readonly search: number;
  readonly text: string;
  readonly matchCase: boolean;
  /** Whether only in the columns that were selected when this was turned on. */
  readonly inColumns: boolean;
  readonly backwards: boolean;
  /** Whether the cell that it begins at counts itself. */
  readonly inclusive: boolean;
}

/** What the bar needs of those around it. */
export interface FindBarActions {
  find(request: FindRequest): void;
  /** Look only into the columns that are selected now. */
  chooseColumns(): void;
  stop(): void;
  found(cell: { readonly row: number; readonly column: number }): void;
  focusGrid(): void;
}

/** How long, ms, the text is typed on before it is looked for. */
const typingPause = 200;

/** The bar that finds a text in all rows of a result. */
export class FindBar {
  readonly element = el('div', 'find');
  readonly #actions: FindBarActions;
  readonly #text = el('input', 'field find-text');
  readonly #case = this.#toggle('Aa', 'Match case');
  readonly #columns = this.#toggle('▥', 'Find in the selected columns only');
  readonly #status = el('span', 'status-fact find-status');
  #search = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(actions: FindBarActions) {
    this.#actions = actions;
    this.element.role = 'search';
    this.element.hidden = true;
    this.#text.type = 'text';
    this.#text.placeholder = 'Find in all rows';
    this.#text.ariaLabel = 'Find in all rows';
    this.#text.spellcheck = false;
    this.#status.role = 'status';
    const tool = (label: string, title: string, press: () => void): HTMLButtonElement => {
      const element = button('tool find-tool', label, press);
      element.title = element.ariaLabel = title;
      return element;
    };
    this.element.append(
      this.#text,
      this.#case,
      this.#columns,
      this.#status,
      tool('↑', 'Previous match (Shift+Enter)', () => {
        this.next(true);
      }),
      tool('↓', 'Next match (Enter)', () => {
        this.next(false);
      }),
      tool('×', 'Close (Escape)', () => {
        this.close();
      }),
    );
    this.#text.addEventListener('input', () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => {
        this.#find(false, true);
      }, typingPause);
    });
    this.element.addEventListener('keydown', (event) => {
      const handled = this.#keyDown(event);
      if (handled) event.preventDefault();
      if (handled || editsText(event)) event.stopPropagation();
    });
  }

  /** Shows the bar, with its text selected. */
  open(): void {
    this.element.hidden = false;
    this.#text.focus();
    this.#text.select();
  }

  close(): void {
    clearTimeout(this.#typing);
    this.#actions.stop();
    this.element.hidden = true;
    this.#actions.focusGrid();
  }

  /** Finds the same again; opens where there is nothing to find. */
  next(backwards: boolean): void {
    if (this.#text.value === '') this.open();
    else this.#find(backwards, false);
  }

  /** Other rows are at their places now: what is known of matches doesn't hold any more. */
  forget(): void {
    this.#search += 1;
    setText(this.#status, '');
  }

  take(news: Extract<ArrangementNews, { search: number }>): void {
    if (news.search !== this.#search) return;
    if (news.type === 'finding') {
      const percent = news.total > 0 ? Math.floor((100 * news.done) / news.total) : 0;
      this.#say(`${percent} % looked at…`);
      return;
    }
    if (news.problem !== undefined) this.#say(news.problem);
    else this.#say(news.match ? counted(news.count, 'match') : 'No matches');
    if (news.match) this.#actions.found(news.match);
  }

  #say(text: string): void {
    setText(this.#status, text.replace(/matchs$/, 'matches'));
  }

  #find(backwards: boolean, inclusive: boolean): void {
    clearTimeout(this.#typing);
    this.forget();
    const text = this.#text.value;
    this.#actions.stop();
    if (text === '') return;
    this.#actions.find({
      search: this.#search,
      text,
      matchCase: this.#case.ariaPressed === 'true',
      inColumns: this.#columns.ariaPressed === 'true',
      backwards,
      inclusive,
    });
  }

  #keyDown({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
    if (key === 'Escape') this.close();
    else if ((key === 'Enter' && document.activeElement === this.#text) || key === 'F3') this.next(shiftKey);
    else if (key.toLowerCase() === 'f' && (ctrlKey || metaKey)) this.open();
    else return false;
    return true;
  }

  #toggle(label: string, title: string): HTMLButtonElement {
    const element = button('tool find-tool', label, () => {
      const pressed = element.ariaPressed !== 'true';
      element.ariaPressed = String(pressed);
      if (element === this.#columns && pressed) this.#actions.chooseColumns();
      this.#find(false, true);
    });
    element.title = element.ariaLabel = title;
    element.ariaPressed = 'false';
    return element;
  }
}
