import type { RunView, StatementView } from '../../contract/results.ts';
import { button, el } from '../controls/dom.ts';
import { icon } from '../controls/icons.ts';
import { baseName, counted, duration } from './format.ts';

/** Statements that are listed; of a longer run it is said how many there were. */
const listed = 200;

/**
 * What is known of a run whose rows are gone.
 * @param why its rows are gone, as a sentence
 */
export function gonePage({ file, statements }: RunView, why: string, runAgain: () => void): HTMLElement {
  const list = el('ol', 'gone-list', ...statements.slice(0, listed).map(line));
  const more = statements.length - listed;
  if (more > 0) list.append(el('li', 'gone-more', `and ${counted(more, 'statement')} more`));
  const again = button('button', 'Run again', runAgain);
  again.title = `Run ${statements.length === 1 ? 'the statement' : 'these statements'} of ${baseName(file)} once more`;
  return el(
    'section',
    'gone-page',
    el('p', 'gone-title', `The rows of ${baseName(file)} are gone.`),
    el('p', '', `${why} This is what ran:`),
    list,
    el('p', '', again),
  );
}

function line({ sql, state, commandTag, rowCount, elapsedMs, target, failure }: StatementView): HTMLElement {
  const facts = [
    commandTag ?? (rowCount > 0 ? counted(rowCount, 'row') : outcomes[state]),
    elapsedMs > 0 ? duration(elapsedMs) : '',
    target.node === '' ? '' : `on ${target.node}`,
    failure?.message ?? '',
  ];
  const item = el('li', 'gone-statement', icon(state), el('code', 'gone-sql', sql));
  item.append(el('span', 'gone-facts', facts.filter((fact) => fact !== '').join(' · ')));
  return item;
}

const outcomes: Readonly<Record<StatementView['state'], string>> = {
  pending: 'had not begun',
  running: 'was running',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  skipped: 'not run',
};
