import { type ArrayElement, elementType, parseArray } from '../../contract/arrays.ts';
import type { Row } from '../../postgres/dataRows.ts';
import type { ExportColumn, TextFormat } from './format.ts';
import { BOOLEAN, isJson, isNumber, NUMBER } from './valueTypes.ts';

/** An array of objects, one a row. */
export const json = (columns: readonly ExportColumn[]): TextFormat => {
  const object = objectWriter(columns);
  return {
    head: '[',
    row: (values, index) => `${index > 0 ? ',' : ''}\n  ${object(values)}`,
    tail: (count) => (count > 0 ? '\n]\n' : ']\n'),
  };
};

/** An object a line (NDJSON). */
export const jsonLines = (columns: readonly ExportColumn[]): TextFormat => {
  const object = objectWriter(columns);
  return { head: '', row: (values) => `${object(values)}\n`, tail: () => '' };
};

/** Writes rows as objects on one line; columns of the same name are told apart by numbers. */
const objectWriter = (columns: readonly ExportColumn[]): ((values: Row) => string) => {
  const keys = distinctNames(columns.map(({ name }) => name)).map((name) => `${JSON.stringify(name)}: `);
  const writers = columns.map(({ typeOid }) => jsonWriter(typeOid));
  return (values) => {
    let text = '{';
    for (let column = 0; column < values.length; column++) {
      const value = values[column] ?? null;
      if (column > 0) text += ', ';
      text += (keys[column] ?? '') + (value === null ? 'null' : (writers[column]?.(value) ?? ''));
    }
    return `${text}}`;
  };
};

/** Writes values of a type as JSON; what JSON has no form for is a string, as the server printed it. */
const jsonWriter = (typeOid: number): ((value: string) => string) => {
  if (isJson(typeOid)) return oneLine;
  if (isNumber(typeOid)) return (value) => (NUMBER.test(value) ? value : JSON.stringify(value));
  if (typeOid === BOOLEAN) return (value) => (value === 't' ? 'true' : 'false');
  const inside = elementType(typeOid);
  return inside === undefined ? (value) => JSON.stringify(value) : arrayWriter(inside);
};

/** Arrays with bounds of their own stay as they are printed: a JSON array has none. */
const arrayWriter = (inside: number): ((value: string) => string) => {
  const write = jsonWriter(inside);
  const element = (value: ArrayElement): string => {
    if (value === null) return 'null';
    return typeof value === 'string' ? write(value) : `[${value.map(element).join(', ')}]`;
  };
  return (value) => {
    const array = parseArray(value, inside);
    return array?.bounds === '' ? element(array.elements) : JSON.stringify(value);
  };
};

/** A JSON text without line breaks, which stand only between its tokens: within strings they are escaped. */
const oneLine = (text: string): string => text.replace(/[\r\n]+\s*/g, ' ');

/** The names, of which those that stood before get a number that makes them new: `a`, `a_2`. */
export const distinctNames = (names: readonly string[]): string[] => {
  const taken = new Set(names);
  const used = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let number = 2; used.has(distinct); number++) {
      const next = `${name}_${number}`;
      if (!taken.has(next)) distinct = next;
    }
    used.add(distinct);
    taken.add(distinct);
    return distinct;
  });
};
