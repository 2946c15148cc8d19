import type { NoticeView } from '../../contract/results.ts';
import { el, setText } from '../controls/dom.ts';
import { counted } from './format.ts';

/** Where there are rows to see, notices are folded when they become more than this; the user may unfold them. */
const foldAbove = 5;

/** What the server said while a statement ran, in order, added to as it comes. */
export class Notices {
  readonly element = el('details', 'notices');
  readonly #summary = el('summary', 'notices-summary');
  readonly #list = el('ol', 'notices-list');
  #shown = 0;

  constructor() {
    this.element.append(this.#summary, this.#list);
    this.element.hidden = true;
    this.#list.tabIndex = 0;
    this.#list.ariaLabel = 'Notices';
  }

  /**
   * Adds the notices that are new.
   * @param overRows whether a grid is below, which many notices leave the room to
   */
  update(notices: readonly NoticeView[], overRows: boolean): void {
    if (notices.length === this.#shown) return;
    if (this.#shown === 0) this.element.open = true;
    if (overRows && this.#shown <= foldAbove && notices.length > foldAbove) this.element.open = false;
    const { scrollTop, clientHeight, scrollHeight } = this.#list;
    const atEnd = scrollTop + clientHeight >= scrollHeight - 2;
    this.#list.append(...notices.slice(this.#shown).map(item));
    this.#shown = notices.length;
    this.element.hidden = false;
    setText(this.#summary, counted(notices.length, 'notice'));
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }
}

function item({ severity, message, detail, hint }: NoticeView): HTMLLIElement {
  const tag = el('span', 'notice-severity', severity);
  const text = el('span', 'notice-text', message);
  if (detail) text.append(el('span', 'notice-more', `Detail: ${detail}`));
  if (hint) text.append(el('span', 'notice-more', `Hint: ${hint}`));
  const element = el('li', 'notice', tag, text);
  element.dataset['severity'] = severity.toLowerCase();
  return element;
}
