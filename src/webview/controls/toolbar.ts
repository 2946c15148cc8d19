import { el } from './dom.ts';
import { icon, type IconName } from './icons.ts';

/** A row of small buttons, of which one is in the tab order and the arrow keys reach the others (ARIA's toolbar pattern). */
export class Toolbar {
  readonly element = el('div', 'toolbar');

  /** @param label names the bar for screen readers */
  constructor(label: string) {
    this.element.role = 'toolbar';
    this.element.ariaLabel = label;
    this.element.addEventListener('keydown', (event) => {
      this.#keyDown(event);
    });
  }

  /**
   * Adds a button at the end.
   * @param label what it does, for the tooltip and screen readers
   * @param press is given the button, beside which a menu can open
   */
  add(name: IconName, label: string, press: (button: HTMLButtonElement) => void): HTMLButtonElement {
    const button = el('button', 'tool', icon(name));
    button.type = 'button';
    button.title = button.ariaLabel = label;
    button.tabIndex = this.element.hasChildNodes() ? -1 : 0;
    button.addEventListener('click', () => {
      press(button);
    });
    button.addEventListener('focus', () => {
      for (const other of this.#buttons) other.tabIndex = other === button ? 0 : -1;
    });
    this.element.append(button);
    return button;
  }

  get #buttons(): HTMLButtonElement[] {
    return [...this.element.querySelectorAll('button')];
  }

  #keyDown(event: KeyboardEvent): void {
    const buttons = this.#buttons.filter(({ disabled, hidden }) => !disabled && !hidden);
    const at = buttons.findIndex((button) => button === document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || step === undefined) return;
    buttons.at((at + step) % buttons.length)?.focus();
    event.preventDefault();
  }
}
