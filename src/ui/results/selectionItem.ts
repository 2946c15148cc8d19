import * as vscode from 'vscode';
import { count } from '../format.ts';

/** What matters most of what a selection comes to: the status bar has little room. */
const SHORT = new Set(['Cells', 'Sum', 'Average', 'Min', 'Max']);
/** Characters of a value in the status bar. */
const LONGEST = 24;

/** The status bar's item for the cells that are selected in the results view. */
export class SelectionItem implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('citus.selection', vscode.StatusBarAlignment.Right, 110);

  constructor() {
    this.#item.name = 'Citus Selection';
  }

  /** Shows how many cells there are, while the rest is being found out. */
  count(cells: number): void {
    this.#item.text = `${count(cells, 'cell')}…`;
    this.#item.tooltip = 'What the cells that are selected come to is being found out.';
    this.#item.show();
  }

  show(facts: readonly { readonly name: string; readonly value: string }[]): void {
    this.#item.text = facts
      .filter(({ name, value }) => SHORT.has(name) && value.length <= LONGEST)
      .map(({ name, value }) => `${name} ${value}`)
      .join('   ');
    this.#item.tooltip = facts.map(({ name, value }) => `${name}: ${value}`).join('\n');
    this.#item.show();
  }

  hide(): void {
    this.#item.hide();
  }

  dispose(): void {
    this.#item.dispose();
  }
}
