import { elementType } from '../../contract/arrays.ts';
import { el } from '../controls/dom.ts';
import { arrayTree } from './arrayTree.ts';
import { hexDump } from './hexDump.ts';
import { jsonTree } from './jsonTree.ts';
import { bytea, isCut, type SentValue } from './sentValue.ts';
import type { TreeNode } from './tree.ts';
import { treeView } from './treeView.ts';

/** OIDs in pg_type of json and jsonb, which never change. */
const jsonTypes = new Set([114, 3802]);
/** Types from this OID on are made by users: arrays of theirs are told by what they look like. */
const firstUserType = 16_384;

/** Shows a value in the way that its type is best read in. */
export function valueElement(value: SentValue): HTMLElement {
  const { text, typeOid } = value;
  if (text === null) return el('div', 'value-null', 'NULL: no value');
  if (text === '') return el('div', 'value-null', 'An empty text');
  const tree = isCut(value) ? undefined : treeOf(text, typeOid);
  if (tree) return treeView(tree);
  const dump = typeOid === bytea ? hexDump(text) : undefined;
  return dump === undefined ? el('pre', 'value-text', text) : el('pre', 'value-dump', dump);
}

function treeOf(text: string, typeOid: number): TreeNode | undefined {
  if (jsonTypes.has(typeOid)) return jsonTree(text);
  const element = elementType(typeOid);
  const isArray = element !== undefined || (typeOid >= firstUserType && /^(\[.*\]=)?\{/.test(text));
  return isArray ? arrayTree(text, element) : undefined;
}
