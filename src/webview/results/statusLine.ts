import type { StatementView } from '../../contract/results.ts';
import { button, el, setText } from '../controls/dom.ts';
import { counted, duration, firstKeyword, runningTime } from './format.ts';
import { icon } from '../controls/icons.ts';
import { shownTimeZone } from './timeZone.ts';

const words: Readonly<Record<StatementView['state'], string>> = {
  pending: 'Waiting',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  skipped: 'Not run',
};

/** One line about a statement: what it did, how many rows, how long, and where it ran. */
export class StatusLine {
  readonly element = el('div', 'status');
  readonly #tag = el('span', 'status-tag');
  readonly #rows = el('span', 'status-fact');
  readonly #time = el('span', 'status-fact status-time');
  readonly #zone = el('span', 'status-fact');
  readonly #selection = el('span', 'status-fact status-selection');
  readonly #cluster = el('span', 'badge-cluster');
  readonly #node = el('span', 'badge-node');
  readonly #role = el('span', 'badge-role');
  readonly #production = el('span', 'badge-production');
  readonly #badge = el(
    'span',
    'badge',
    icon('server'),
    this.#cluster,
    this.#node,
    this.#role,
    this.#production,
  );
  readonly #line: HTMLButtonElement;

  /** @param reveal shows the statement in its file */
  constructor(reveal: () => void) {
    this.#line = button('link status-line', '', reveal);
    this.#line.title = 'Show the statement in its file';
    this.#zone.title = 'The session’s time zone, in which values with a time zone are shown';
    this.element.append(
      this.#tag,
      this.#rows,
      this.#time,
      this.#badge,
      this.#zone,
      this.#selection,
      this.#line,
    );
  }

  update(statement: StatementView): void {
    const { state, commandTag, rowCount, columns, target, progress = '', file } = statement;
    setText(this.#tag, commandTag ?? `${firstKeyword(statement.sql)}: ${words[state].toLowerCase()}`);
    const soFar = state === 'running' ? ' so far' : '';
    setText(this.#rows, columns.length > 0 ? counted(rowCount, 'row') + soFar : progress);
    setText(this.#zone, shownTimeZone(statement) ?? '');
    setText(this.#cluster, target.cluster);
    setText(this.#node, target.node);
    setText(this.#role, target.role);
    this.#badge.hidden = target.node === '';
    this.#badge.dataset['role'] = target.role;
    this.#badge.dataset['colour'] = target.colour ?? '';
    setText(this.#production, target.production ? 'production' : '');
    this.#badge.title = `Ran on ${target.node} (${target.role}) of cluster ${target.cluster}`;
    setText(this.#line, file === undefined ? `Line ${statement.line}` : `${file}, line ${statement.line}`);
  }

  /** @param text what the selected cells come to; empty where there are none */
  showSelection(text: string): void {
    setText(this.#selection, text);
    this.#selection.title = text;
  }

  /** Adds something at the end. */
  append(element: Element): void {
    this.element.append(element);
  }

  /** @param elapsed milliseconds until now */
  showTime({ state, startedAt }: StatementView, elapsed: number): void {
    const text = state === 'running' ? runningTime(elapsed) : duration(elapsed);
    setText(this.#time, startedAt === 0 ? '' : text);
  }
}
