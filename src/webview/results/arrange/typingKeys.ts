/** Whether a key edits text in a field, so that the editor around must not act on it. */
export function editsText({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return (ctrlKey || metaKey) && 'acvxz'.includes(key.toLowerCase());
}
