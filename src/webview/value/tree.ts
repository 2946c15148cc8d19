/** A value that has values within: what JSON and arrays are shown as. */
export type TreeNode =
  | { readonly kind: 'leaf'; readonly type: 'string' | 'number' | 'word' | 'null'; readonly text: string }
  | { readonly kind: 'branch'; readonly brackets: '{}' | '[]'; readonly children: readonly TreeChild[] };

export interface TreeChild {
  /** A key, or a place among others. */
  readonly label: string;
  readonly node: TreeNode;
}
