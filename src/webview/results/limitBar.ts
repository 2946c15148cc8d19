import type { LimitView } from '../../contract/results.ts';
import { button, el, setText } from '../controls/dom.ts';
import { icon } from '../controls/icons.ts';

/** Says that a limit stopped a result, and offers the rest while the server holds it. */
export class LimitBar {
  readonly element = el('section', 'limit');
  readonly #title = el('span', 'limit-title');
  readonly #setting = el('code', 'limit-setting');
  readonly #words = el('span', 'limit-words');
  readonly #buttons: HTMLElement;

  constructor(actions: { fetchRest: () => void; giveUpRest: () => void }) {
    const fetchRest = button('button', 'Fetch the rest', actions.fetchRest);
    fetchRest.title = 'Go on with the same result, as it was when the statement began. Nothing is run again.';
    const giveUp = button('button secondary', 'End here', actions.giveUpRest);
    giveUp.title = 'Have the server forget the rest, which ends what it keeps open for it';
    this.#buttons = el('span', 'limit-buttons', fetchRest, giveUp);
    this.element.ariaLabel = 'Limit';
    this.element.hidden = true;
    this.element.append(icon('stop'), this.#title, this.#setting, this.#words, this.#buttons);
  }

  update(limit: LimitView | undefined): void {
    this.element.hidden = limit === undefined;
    if (!limit) return;
    const { at, setting, open, gone } = limit;
    setText(this.#title, `Stopped at ${at}:`);
    setText(this.#setting, setting);
    setText(
      this.#words,
      open
        ? 'The server keeps the rest.'
        : `The rest is gone: ${gone ?? 'the connection is closed'}. To see it, run the statement again.`,
    );
    this.#words.title = open
      ? 'It keeps it, and the snapshot of the statement, until this connection does something else.'
      : '';
    this.#buttons.hidden = !open;
    this.element.dataset['open'] = String(open);
  }
}
