import { button, el } from '../controls/dom.ts';
import type { TreeChild, TreeNode } from './tree.ts';

/** Children that are put into the document at one time. */
const batch = 200;
/** Branches deeper than this, or with more children than `batch`, begin folded. */
const openDepth = 3;

/** Shows a tree whose branches fold; what is folded isn't in the document until it is unfolded. */
export function treeView(node: TreeNode): HTMLElement {
  return el('div', 'tree', nodeView('', node, 0));
}

function nodeView(label: string, node: TreeNode, depth: number): HTMLElement {
  const name = label === '' ? [] : [el('span', 'tree-label', label), ': '];
  if (node.kind === 'leaf')
    return el('div', 'tree-leaf', ...name, el('span', `tree-${node.type}`, node.text));
  const { brackets, children } = node;
  const [opening = '', closing = ''] = brackets;
  if (children.length === 0) return el('div', 'tree-leaf', ...name, brackets);
  const what =
    brackets === '{}'
      ? children.length === 1
        ? 'key'
        : 'keys'
      : children.length === 1
        ? 'element'
        : 'elements';
  const count = el('span', 'tree-count', `${children.length.toLocaleString('en')} ${what}`);
  const branch = el(
    'details',
    'tree-branch',
    el('summary', 'tree-summary', ...name, opening, ' ', count, ' ', closing),
  );
  const inside = el('div', 'tree-inside');
  branch.append(inside);
  const fill = (): void => {
    if (branch.open && !inside.hasChildNodes()) addChildren(inside, children, depth + 1);
  };
  branch.addEventListener('toggle', fill);
  branch.open = depth < openDepth && children.length <= batch;
  fill();
  return branch;
}

/** Adds children from `first` on, and a button for the others. */
function addChildren(inside: HTMLElement, children: readonly TreeChild[], depth: number, first = 0): void {
  const end = Math.min(first + batch, children.length);
  inside.append(...children.slice(first, end).map(({ label, node }) => nodeView(label, node, depth)));
  if (end === children.length) return;
  const more = button('link', `Show more: ${(children.length - end).toLocaleString('en')} follow`, () => {
    more.remove();
    addChildren(inside, children, depth, end);
  });
  inside.append(more);
}
