/** OID of bytea in pg_type, which never changes. */
export const bytea = 17;

/** A value as it was sent: of a long one the beginning. */
export interface SentValue {
  readonly typeOid: number;
  readonly text: string | null;
  /** UTF-16 units of the whole. */
  readonly length: number;
}

export function isCut({ text, length }: SentValue): boolean {
  return text !== null && text.length < length;
}

/** How much a value is, in words. */
export function valueSize({ text, typeOid, length }: SentValue): string {
  if (text === null) return '';
  const bytes = typeOid === bytea && text.startsWith('\\x') ? length / 2 - 1 : undefined;
  const [count, noun] = bytes === undefined ? [length, 'character'] : [bytes, 'byte'];
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
