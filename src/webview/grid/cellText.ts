/** Characters of a value that a cell shows; no cell is wide enough for more. */
const shownLength = 1_000;
/** Characters of a value that its tooltip shows. */
const titleLength = 2_000;

const lineBreak = /\r\n|\r|\n/g;

/** A value's text in one line: line breaks show as ↵ and tabs as ⇥, and only as much of it as a cell can show. */
export function cellText(value: string | null): string {
  if (value === null) return 'NULL';
  return clip(value, shownLength).replace(lineBreak, '↵').replaceAll('\t', '⇥');
}

/** A value's text for a tooltip, lines as they are, with its length where it is cut. */
export function cellTitle(value: string | null): string {
  if (value === null) return 'NULL: no value';
  if (value.length <= titleLength) return value;
  return `${clip(value, titleLength)}… (${value.length.toLocaleString('en')} characters)`;
}

/** The first `length` UTF-16 units, or one fewer where the last would be half a character. */
function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const half = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, half ? length - 1 : length);
}
