import type { NodeOutcome } from '../../contract/results.ts';
import { el } from '../controls/dom.ts';
import { icon } from '../controls/icons.ts';
import { counted, duration } from './format.ts';

const icons = {
  waiting: 'pending',
  running: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
} as const;

const words: Readonly<Record<NodeOutcome['state'], string>> = {
  waiting: 'connecting',
  running: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  skipped: 'not run',
};

/** How a statement went on each of several nodes: those that went wrong in full, the others in few words. */
export class NodeList {
  readonly element = el('section', 'nodes');
  #shown = '';

  constructor() {
    this.element.hidden = true;
    this.element.ariaLabel = 'Nodes';
    // Many nodes with long messages scroll, also by keyboard.
    this.element.tabIndex = 0;
  }

  update(nodes: readonly NodeOutcome[] | undefined): void {
    this.element.hidden = nodes === undefined;
    const shown = JSON.stringify(nodes);
    if (!nodes || shown === this.#shown) return;
    this.#shown = shown;
    const quiet = nodes.filter(({ message }) => message === undefined);
    const loud = nodes.filter(({ message }) => message !== undefined);
    const facts = el('ul', 'nodes-facts', ...quiet.map(fact));
    const messages = el('ul', 'nodes-messages', ...loud.map(told));
    facts.hidden = quiet.length === 0;
    messages.hidden = loud.length === 0;
    this.element.replaceChildren(messages, facts);
  }
}

/** A node that all is well with. */
function fact(node: NodeOutcome): HTMLElement {
  const { name, state, commandTag, rowCount, elapsedMs } = node;
  const what = commandTag ?? (rowCount > 0 ? counted(rowCount, 'row') : words[state]);
  const time = elapsedMs > 0 ? duration(elapsedMs) : '';
  const item = el('li', 'node', icon(icons[state]), el('span', 'node-name', name));
  item.append(el('span', 'node-fact', what), el('span', 'node-fact', time));
  item.title = [name, node.role, words[state]].filter((word) => word !== '').join(', ');
  return item;
}

/** A node with something to say. */
function told(node: NodeOutcome): HTMLElement {
  const { name, state, message = '', rowCount } = node;
  const item = el('li', 'node', icon(icons[state]), el('span', 'node-name', name));
  item.dataset['state'] = state;
  item.append(el('span', 'node-message', message));
  if (rowCount > 0) item.append(el('span', 'node-fact', counted(rowCount, 'row')));
  return item;
}
