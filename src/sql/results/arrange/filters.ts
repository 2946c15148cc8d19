import type { FilterView } from '../../../contract/arrangement.ts';
import type { ColumnView } from '../../../contract/results.ts';
import { fieldOffset } from '../../../postgres/dataRows.ts';
import { KeyBuffer, type WriteKey } from './keyBuffer.ts';
import { textTest } from './textTest.ts';
import { orderOf, writeValueKey } from './valueKeys.ts';

/** Whether the row whose DataRow message begins at an offset is to be shown. */
export type RowTest = (bytes: Buffer, offset: number) => boolean;

/** What the user typed can't be compared with the column; the message is for people. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}

const comparisons = {
  equals: (order: number) => order === 0,
  differs: (order: number) => order !== 0,
  less: (order: number) => order < 0,
  atMost: (order: number) => order <= 0,
  greater: (order: number) => order > 0,
  atLeast: (order: number) => order >= 0,
};

/**
 * One test that is passed by the rows that pass all filters. A NULL passes none but `isNull`, as in SQL.
 * @throws FilterError
 */
export const rowTest = (filters: readonly FilterView[], columns: readonly ColumnView[]): RowTest => {
  const tests = filters.map((filter) => columnTest(filter, columns[filter.column]));
  return (bytes, offset) => tests.every((test) => test(bytes, offset));
};

const columnTest = ({ column, operator, value }: FilterView, view: ColumnView | undefined): RowTest => {
  if (!view) throw new FilterError(`The result has no column ${column + 1}.`);
  if (operator === 'isNull' || operator === 'isNotNull') {
    const wanted = operator === 'isNull';
    return (bytes, offset) => bytes.readInt32BE(fieldOffset(bytes, offset, column)) < 0 === wanted;
  }
  const test = operator === 'contains' ? textTest(value, false) : compare(operator, value, view);
  return (bytes, offset) => {
    const field = fieldOffset(bytes, offset, column);
    const length = bytes.readInt32BE(field);
    return length >= 0 && test(bytes, field + 4, field + 4 + length);
  };
};

const compare = (
  operator: keyof typeof comparisons,
  value: string,
  { name, typeOid }: ColumnView,
): ((bytes: Buffer, start: number, end: number) => boolean) => {
  const order = orderOf(typeOid);
  const wanted = new KeyBuffer();
  const operand = Buffer.from(isText(typeOid) ? value : value.trim());
  if (!order.write(wanted, operand, 0, operand.length))
    throw new FilterError(`“${value}” can’t be compared with the column ${name}: write ${order.noun}.`);
  const write = withoutZone(order.writeLocal, value) ?? order.write;
  const passes = comparisons[operator];
  const key = new KeyBuffer();
  return (bytes, start, end) => {
    key.length = 0;
    writeValueKey(write, key, bytes, start, end);
    return passes(key.bytes.compare(wanted.bytes, 0, wanted.length, 0, key.length));
  };
};

/** For a time that is typed without a zone. */
const withoutZone = (writeLocal: WriteKey | undefined, value: string): WriteKey | undefined =>
  /:\d\d(\.\d+)? ?([+-]\d|z)/i.test(value) ? undefined : writeLocal;

const isText = (typeOid: number): boolean => orderOf(typeOid) === orderOf(25);
