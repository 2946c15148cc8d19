import type { FailureView } from '../../contract/results.ts';
import { button, el } from '../controls/dom.ts';
import { icon } from '../controls/icons.ts';

/**
 * What the server said about a statement that failed, what that means, and what can be done.
 * @param actions.remedy called with the id of the remedy that was pressed
 * @param actions.reveal shows the statement in its file
 */
export function failureBlock(
  failure: FailureView,
  actions: { remedy: (id: string) => void; reveal: () => void },
): HTMLElement {
  const message = el('div', 'failure-message', icon('failed'), el('span', 'failure-text', failure.message));
  if (failure.code) {
    const code = el('span', 'failure-code', failure.code);
    code.title = 'SQLSTATE';
    message.append(code);
  }
  const block = el('section', 'failure', message);
  block.ariaLabel = 'Error';
  const facts = el('dl', 'failure-facts');
  if (failure.detail) facts.append(el('dt', '', 'Detail'), el('dd', '', failure.detail));
  if (failure.hint) facts.append(el('dt', '', 'Hint'), el('dd', '', failure.hint));
  if (facts.hasChildNodes()) block.append(facts);
  if (failure.explanation) block.append(el('p', 'failure-explanation', failure.explanation));
  const remedies = failure.remedies.map(({ id, label, tooltip }, index) => {
    const element = button(index === 0 ? 'button' : 'button secondary', label, () => {
      actions.remedy(id);
    });
    element.title = tooltip;
    return element;
  });
  const show = button(remedies.length > 0 ? 'link' : 'button secondary', 'Show in file', actions.reveal);
  block.append(el('div', 'failure-actions', ...remedies, show));
  return block;
}
