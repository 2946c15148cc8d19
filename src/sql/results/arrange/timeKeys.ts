import { KeyClass, type KeyBuffer, type WriteKey } from './keyBuffer.ts';

const dayMicroseconds = 86_400_000_000;
/** The day that is written as 0 is this many before 1970-01-01; intervals go further than dates. */
const daysBefore = 2 ** 39;

/** As PostgreSQL prints it with DateStyle ISO (manual, 8.5.2): date, time, zone, BC. */
const TIME =
  /^(\d{4,7})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(?: ?(?:([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?|Z))?)?( BC)?$/i;
const TIME_OF_DAY = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(?:([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)?$/;
/** As PostgreSQL prints it with IntervalStyle postgres (manual, 8.5.5). */
const INTERVAL =
  /^(?=.)(?:([+-]?\d+) years? ?)?(?:([+-]?\d+) mons? ?)?(?:([+-]?\d+) days? ?)?(?:([+-])?(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?$/;

/** Days from 1970-01-01 on, in the Gregorian calendar without a year 0 left out. */
const dayNumber = (year: number, month: number, day: number): number => {
  const date = new Date(0);
  // Its range ends before PostgreSQL's; 400 years always have the same days.
  const cycles = Math.floor(year / 400);
  return date.setUTCFullYear(year - cycles * 400, month - 1, day) / 86_400_000 + cycles * 146_097;
};

const microseconds = (
  hours: string | undefined,
  minutes: string | undefined,
  seconds: string | undefined,
  fraction: string | undefined,
): number =>
  (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1_000_000 +
  Number((fraction ?? '').padEnd(6, '0'));

const writeMoment = (key: KeyBuffer, days: number, micros: number): void => {
  const carried = Math.floor(micros / dayMicroseconds);
  key.byte(KeyClass.finite);
  key.integer(days + carried + daysBefore, 5);
  key.integer(micros - carried * dayMicroseconds, 5);
};

const writeInfinity = (key: KeyBuffer, text: string): boolean => {
  const infinity = /^(-?)infinity$/i.exec(text);
  if (infinity) key.byte(infinity[1] === '-' ? KeyClass.lowest : KeyClass.highest);
  return infinity !== null;
};

const writeWith =
  (byClock: boolean): WriteKey =>
  (key, bytes, start, end) => {
    const text = bytes.toString('latin1', start, end);
    const found = TIME.exec(text);
    if (!found) return writeInfinity(key, text);
    const [, year, month, day, hours, minutes, seconds, fraction, sign, ...zone] = found;
    const [zoneHours, zoneMinutes, zoneSeconds, bc] = zone;
    if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return false;
    const offset = byClock ? 0 : microseconds(zoneHours, zoneMinutes, zoneSeconds, undefined);
    writeMoment(
      key,
      dayNumber(bc === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day)),
      microseconds(hours, minutes, seconds, fraction) + (sign === '-' ? offset : -offset),
    );
    return true;
  };

/** The key of a date or timestamp; with a time zone, of the moment. */
export const writeTimeKey = writeWith(false);
/** The key of what the clock showed then, in whatever zone. */
export const writeLocalTimeKey = writeWith(true);

/** The key of a time of day; with a time zone first by the moment, then by the zone, as `timetz_cmp` does. */
export const writeTimeOfDayKey: WriteKey = (key, bytes, start, end) => {
  const found = TIME_OF_DAY.exec(bytes.toString('latin1', start, end));
  if (!found) return false;
  const [, hours, minutes, seconds, fraction, sign, ...zone] = found;
  const east = microseconds(zone[0], zone[1], zone[2], undefined) * (sign === '-' ? -1 : 1);
  // Midnight at the end of a day stays what it is, 24:00.
  key.byte(KeyClass.finite);
  key.integer(microseconds(hours, minutes, seconds, fraction) - east + 2 * dayMicroseconds, 6);
  key.integer(2 ** 23 - east / 1_000_000, 3);
  return true;
};

/** The key of an interval, where a month has 30 days and a day 24 hours, as `interval_cmp` has it. */
export const writeIntervalKey: WriteKey = (key, bytes, start, end) => {
  const text = bytes.toString('latin1', start, end);
  const found = INTERVAL.exec(text);
  if (!found) return writeInfinity(key, text);
  const [, years, months, days, sign, hours, minutes, seconds, fraction] = found;
  const direction = sign === '-' ? -1 : 1;
  // Hours may be more than microseconds can be counted.
  const wholeDays = Math.floor(Number(hours ?? 0) / 24);
  writeMoment(
    key,
    Number(years ?? 0) * 360 + Number(months ?? 0) * 30 + Number(days ?? 0) + direction * wholeDays,
    direction * microseconds(String(Number(hours ?? 0) % 24), minutes, seconds, fraction),
  );
  return true;
};
