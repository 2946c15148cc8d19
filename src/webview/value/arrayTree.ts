import { parseArray, type ArrayElement } from '../../contract/arrays.ts';
import type { TreeNode } from './tree.ts';

/**
 * Reads a PostgreSQL array; its elements are numbered as the server numbers them. A text stands in quotes where it could
 * be taken for something else, and NULL is a word of its own.
 * @param elementOid type of the elements, where it is known
 * @returns undefined where it is no array
 */
export function arrayTree(text: string, elementOid?: number): TreeNode | undefined {
  const array = parseArray(text, elementOid);
  if (!array) return undefined;
  const lowest = [...array.bounds.matchAll(/\[(-?\d+):/g)].map(([, bound]) => Number(bound));
  return branch(array.elements, lowest);
}

function branch(elements: readonly ArrayElement[], [lowest = 1, ...within]: readonly number[]): TreeNode {
  const children = elements.map((element, index) => ({
    label: String(lowest + index),
    node: typeof element === 'object' && element !== null ? branch(element, within) : leaf(element),
  }));
  return { kind: 'branch', brackets: '{}', children };
}

function leaf(element: string | null): TreeNode {
  if (element === null) return { kind: 'leaf', type: 'null', text: 'NULL' };
  const unclear = element === '' || element === 'NULL' || element.trim() !== element;
  return { kind: 'leaf', type: 'string', text: unclear ? `"${element}"` : element };
}
