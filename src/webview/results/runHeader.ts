import type { RunView } from '../../contract/results.ts';
import { button, el, setText } from '../controls/dom.ts';
import { baseName, duration, runningTime } from './format.ts';
import { icon, IconSlot } from '../controls/icons.ts';
import { runSummary } from './panelState.ts';

/** After this long, ms, cancelling counts as not having worked, and more can be done. */
const patience = 1_000;

/** The file that ran, how its run stands as a whole, and the button that cancels it. */
export class RunHeader {
  readonly element = el('header', 'run');
  readonly cancelButton: HTMLButtonElement;
  readonly #icon = new IconSlot();
  readonly #file = el('span', 'run-file');
  readonly #summary = el('span', 'run-summary');
  readonly #time = el('span', 'run-time');
  readonly #cancelLabel = el('span', '', 'Cancel');
  #cancelledRun: number | undefined;
  #cancelledAt = 0;
  #runId = 0;

  /** @param cancel called with the id of the run to cancel; again, in vain so far, where it goes on for a while */
  constructor(cancel: (runId: number, inVain: boolean) => void) {
    this.element.append(this.#icon.element, this.#file, this.#summary, this.#time);
    this.cancelButton = button('button secondary cancel', '', () => {
      const inVain = this.#cancelledRun === this.#runId;
      if (!inVain) this.#cancelledAt = performance.now();
      this.#cancelledRun = this.#runId;
      cancel(this.#runId, inVain);
      this.#showCancel();
    });
    this.cancelButton.append(icon('stop'), this.#cancelLabel);
    this.cancelButton.hidden = true;
  }

  update(run: RunView): void {
    const { state, text } = runSummary(run);
    this.#runId = run.id;
    if (!run.running) this.#cancelledRun = undefined;
    this.element.dataset['state'] = state;
    this.#icon.show(state);
    setText(this.#file, baseName(run.file));
    this.#file.title = run.file;
    setText(this.#summary, text);
    this.cancelButton.hidden = !run.running;
    this.#showCancel();
  }

  /** @param elapsed milliseconds that the run's statements have taken until now */
  showTime(running: boolean, elapsed: number): void {
    setText(this.#time, running ? runningTime(elapsed) : duration(elapsed));
    if (running) this.#showCancel();
  }

  #showCancel(): void {
    const asked = this.#cancelledRun === this.#runId;
    const inVain = asked && performance.now() - this.#cancelledAt > patience;
    this.cancelButton.disabled = asked && !inVain;
    setText(this.#cancelLabel, inVain ? 'Terminate…' : asked ? 'Cancelling…' : 'Cancel');
    this.cancelButton.title = inVain
      ? 'It doesn’t stop: end its connection'
      : 'Cancels the running statement, and runs none after it';
  }
}
