import type { TransactionView } from '../../contract/results.ts';
import { button, el, setText } from '../controls/dom.ts';

const words: Readonly<Record<Exclude<TransactionView, 'idle'>, string>> = {
  transaction: 'In a transaction',
  failed: 'In a failed transaction',
};

/** Tells of the transaction that the run's connection has open, and has it committed or rolled back. */
export class TransactionBar {
  readonly element = el('div', 'transaction');
  readonly #words = el('span', 'transaction-words');
  readonly #commit: HTMLButtonElement;
  #status: TransactionView = 'idle';
  #running = false;

  /** @param end called with what is to become of it */
  constructor(end: (how: 'commit' | 'rollback') => void) {
    this.#commit = button('button secondary', 'Commit', () => {
      end('commit');
    });
    const rollback = button('button secondary', 'Roll back', () => {
      end('rollback');
    });
    this.element.role = 'group';
    this.element.ariaLabel = 'Transaction';
    this.element.append(this.#words, this.#commit, rollback);
    this.#show();
  }

  setStatus(status: TransactionView): void {
    this.#status = status;
    this.#show();
  }

  /** @param running whether the run goes on: meanwhile its transaction can't be ended */
  setRunning(running: boolean): void {
    this.#running = running;
    this.#show();
  }

  #show(): void {
    this.element.hidden = this.#running || this.#status === 'idle';
    if (this.#status === 'idle') return;
    this.element.dataset['status'] = this.#status;
    setText(this.#words, words[this.#status]);
    this.#commit.hidden = this.#status === 'failed';
  }
}
