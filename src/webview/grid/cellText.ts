import { CELL_CHARACTERS } from '../../contract/cells.ts';

const lineBreak = /\r\n|\r|\n/g;

/** A value's text in one line: line breaks show as ↵ and tabs as ⇥. */
export function cellText(value: string | null): string {
  if (value === null) return 'NULL';
  return value.replace(lineBreak, '↵').replaceAll('\t', '⇥');
}

/** A value's text for a tooltip, lines as they are; where it is only the beginning, what shows the rest. */
export function cellTitle(value: string | null): string {
  if (value === null) return 'NULL: no value';
  return value.length > CELL_CHARACTERS ? `${value}\n\nThe value goes on: press Enter to see it.` : value;
}
