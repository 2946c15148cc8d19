import { KeyClass, type KeyBuffer, type WriteKey } from './keyBuffer.ts';
import { writeNumberKey } from './numberKeys.ts';
import { writeIntervalKey, writeLocalTimeKey, writeTimeKey, writeTimeOfDayKey } from './timeKeys.ts';

/** How the values of a type are ordered and compared. */
export interface ValueOrder {
  /** What its values are, for people: `a number`. */
  readonly noun: string;
  readonly write: WriteKey;
  /** For comparing with a time that has no time zone: by what the clock shows. */
  readonly writeLocal?: WriteKey;
}

const writeText: WriteKey = (key, bytes, start, end) => {
  key.byte(KeyClass.finite);
  key.copy(bytes, start, end);
  // No text in PostgreSQL has this byte.
  key.byte(0);
  return true;
};

/** Blanks at the end of a `character(n)` don't count (PostgreSQL manual, 8.3). */
const writePadded: WriteKey = (key, bytes, start, end) => {
  let trimmed = end;
  while (trimmed > start && bytes[trimmed - 1] === 0x20) trimmed -= 1;
  return writeText(key, bytes, start, trimmed);
};

const SEPARATED_CENTS = /[.,](\d{1,2})\D*$/;

/** `$1,234.50`, `-1.234,50 €`, `(¥1,234)`: the last point or comma is a decimal one where one or two digits follow. */
const writeMoney: WriteKey = (key, bytes, start, end) => {
  const text = bytes.toString('utf8', start, end);
  const cents = SEPARATED_CENTS.exec(text);
  const units = (cents ? text.slice(0, cents.index) : text).replace(/\D/g, '');
  const number = Buffer.from(`${/[-(]/.test(text) ? '-' : ''}${units}.${cents?.[1] ?? ''}`);
  return writeNumberKey(key, number, 0, number.length);
};

/** `16/B374D848`: two numbers of 32 bits. */
const writeLsn: WriteKey = (key, bytes, start, end) => {
  const halves = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i.exec(bytes.toString('latin1', start, end));
  if (!halves) return false;
  key.byte(KeyClass.finite);
  for (const half of halves.slice(1)) key.integer(Number.parseInt(half, 16), 4);
  return true;
};

/** By code point, which is the order of COLLATE "C": the same on every machine, and of every value. */
const text: ValueOrder = { noun: 'a text', write: writeText };
const number: ValueOrder = { noun: 'a number', write: writeNumberKey };
const time: ValueOrder = { noun: 'a date or time such as 2024-02-29 13:45:00', write: writeTimeKey };

/** By OID in PostgreSQL's pg_type.dat. */
const orders: ReadonlyMap<number, ValueOrder> = new Map<number, ValueOrder>([
  // int8, int2, int4, oid, xid, cid, float4, float8, numeric, xid8
  ...[20, 21, 23, 26, 28, 29, 700, 701, 1700, 5069].map((oid) => [oid, number] as const),
  [790, { noun: 'an amount of money', write: writeMoney }],
  [3220, { noun: 'a WAL position such as 16/B374D848', write: writeLsn }],
  [1042, { noun: 'a text', write: writePadded }],
  [1082, time],
  [1114, time],
  [1184, { ...time, writeLocal: writeLocalTimeKey }],
  [1083, { noun: 'a time such as 13:45:00', write: writeTimeOfDayKey }],
  [1266, { noun: 'a time with its zone such as 13:45:00+01', write: writeTimeOfDayKey }],
  [1186, { noun: 'an interval such as 1 day 02:03:04', write: writeIntervalKey }],
]);

/** How values of a type are ordered: all that is neither a number nor a time as text. */
export const orderOf = (typeOid: number): ValueOrder => orders.get(typeOid) ?? text;

/** Writes a value's key in any case: what isn't as its type usually is comes after the rest, as text. */
export const writeValueKey = (
  write: WriteKey,
  key: KeyBuffer,
  bytes: Buffer,
  start: number,
  end: number,
): void => {
  const begun = key.length;
  if (write(key, bytes, start, end)) return;
  key.length = begun;
  key.byte(KeyClass.other);
  key.copy(bytes, start, end);
  key.byte(0);
};
