import type { StatementView } from '../../contract/results.ts';
import { button, el, setText } from '../controls/dom.ts';
import { firstKeyword } from './format.ts';
import { IconSlot } from '../controls/icons.ts';

/** Id of the element of a statement's tab. */
export function tabId(statementId: number): string {
  return `tab-${statementId}`;
}

/** A tab, which shows one statement and later maybe another. */
export class Tab {
  readonly element: HTMLButtonElement;
  readonly #icon = new IconSlot();
  readonly #label = el('span', 'tab-label');
  #shown: StatementView | undefined;

  /**
   * @param panelId id of the element that shows the open tab's statement
   * @param pick called with the id of the statement whose tab the user opens
   */
  constructor(panelId: string, pick: (statementId: number) => void) {
    this.element = button('tab', '', () => {
      if (this.#shown) pick(this.#shown.id);
    });
    this.element.append(this.#icon.element, this.#label);
    this.element.role = 'tab';
    this.element.setAttribute('aria-controls', panelId);
  }

  /** @param count how many statements there are in all */
  show(statement: StatementView, isOpen: boolean, count: number): void {
    const { element } = this;
    element.ariaSelected = String(isOpen);
    element.tabIndex = isOpen ? 0 : -1;
    element.ariaSetSize = String(count);
    if (statement === this.#shown) return;
    this.#shown = statement;
    const { id, state, commandTag, sql } = statement;
    this.#icon.show(state);
    setText(this.#label, `${id + 1} · ${commandTag ?? firstKeyword(sql)}`);
    element.id = tabId(id);
    element.title = sql;
    element.dataset['state'] = state;
    element.ariaDescription = state;
    element.ariaPosInSet = String(id + 1);
  }
}
