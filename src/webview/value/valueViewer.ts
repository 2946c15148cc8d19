import { el, setText } from '../controls/dom.ts';
import { Toolbar } from '../controls/toolbar.ts';
import { isCut, valueSize, type SentValue } from './sentValue.ts';
import { valueElement } from './valueElement.ts';

/** What the viewer's buttons do with the value that it shows. */
export interface ViewerActions {
  readonly copy: () => void;
  readonly openInEditor: () => void;
  readonly save: () => void;
  /** The viewer is to go. */
  readonly close: () => void;
}

/** The pane beside the grid that shows one cell's value in full. */
export class ValueViewer {
  readonly element = el('aside', 'value');
  readonly #name = el('span', 'value-name');
  readonly #about = el('span', 'value-about');
  readonly #body = el('div', 'value-body');
  readonly #cut = el('p', 'value-cut');

  constructor(actions: ViewerActions) {
    const tools = new Toolbar('Value');
    const wrap = tools.add('wrap', 'Wrap Lines', () => {
      const wraps = this.element.classList.toggle('wraps');
      wrap.ariaPressed = String(wraps);
    });
    wrap.ariaPressed = 'true';
    this.element.classList.add('wraps');
    tools.add('copy', 'Copy Value', actions.copy);
    tools.add('edit', 'Open Value in Editor', actions.openInEditor);
    tools.add('export', 'Save Value…', actions.save);
    tools.add('close', 'Close (Escape)', actions.close);
    this.element.ariaLabel = 'Value';
    this.#body.tabIndex = 0;
    this.#body.role = 'region';
    this.#cut.hidden = true;
    const title = el('div', 'value-title', this.#name, this.#about);
    this.element.append(el('div', 'value-bar', title, tools.element), this.#body, this.#cut);
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      actions.close();
    });
  }

  /**
   * Shows a value.
   * @param name of its column
   * @param type the column's, in words
   * @param row its place among the rows, from 0
   */
  show(name: string, type: string, row: number, value: SentValue): void {
    setText(this.#name, name);
    this.#name.title = name;
    const size = valueSize(value);
    setText(
      this.#about,
      [`row ${(row + 1).toLocaleString('en')}`, type, size].filter((part) => part !== '').join(' · '),
    );
    this.#body.ariaLabel = `Value of ${name} in row ${row + 1}`;
    this.#body.replaceChildren(valueElement(value));
    this.#body.scrollTop = 0;
    this.#cut.hidden = !isCut(value);
    setText(
      this.#cut,
      isCut(value)
        ? `These are the first ${(value.text ?? '').length.toLocaleString('en')} characters of ${value.length.toLocaleString('en')}. Copy, open or save the value to have all of it.`
        : '',
    );
  }

  focus(): void {
    this.#body.focus();
  }
}
