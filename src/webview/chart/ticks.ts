/** A mark on an axis. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lengths between marks of time, ms, that people find round. Longer ones are whole months. */
const TIME_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 4, 7, 14].map((count) => count * DAY),
];
const MONTH = 30.4 * DAY;
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000];

/**
 * Round numbers from at or below the least to at or above the greatest.
 * @param most how many there should be at most, at least 2
 */
export function numberTicks(least: number, greatest: number, most: number): Tick[] {
  const span = greatest - least || Math.abs(greatest) || 1;
  const rough = span / Math.max(1, most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const digits = Math.max(0, Math.min(20, -Math.floor(Math.log10(step) + 1e-9)));
  const first = Math.floor(least / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(greatest / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const at = (first + index) * step;
    return { at, label: numberLabel(at, step, digits) };
  });
}

const numberLabel = (value: number, step: number, digits: number): string => {
  if (step >= 1e9 || (step < 1e-6 && value !== 0)) return value.toExponential(1).replace('e+', 'e');
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
};

/**
 * Round points in time within a stretch.
 * @param least ms since the epoch
 * @param utcOffset minutes by which the clock that is shown is ahead of UTC
 * @param most how many there should be at most
 */
export function timeTicks(least: number, greatest: number, utcOffset: number, most: number): Tick[] {
  const shift = utcOffset * MINUTE;
  const rough = (greatest - least) / Math.max(1, most);
  const step = TIME_STEPS.find((length) => length >= rough);
  const ats = step === undefined ? monthsWithin(least + shift, greatest + shift, rough / MONTH) : [];
  if (step !== undefined) {
    for (let at = Math.ceil((least + shift) / step) * step; at <= greatest + shift; at += step) ats.push(at);
  }
  return ats.map((at) => ({ at: at - shift, label: timeLabel(at, step) }));
}

function monthsWithin(least: number, greatest: number, rough: number): number[] {
  const step = MONTH_STEPS.find((count) => count >= rough) ?? Math.ceil(rough / 12_000) * 12_000;
  const date = new Date(least);
  let month = Math.ceil((date.getUTCFullYear() * 12 + date.getUTCMonth()) / step) * step;
  const ats: number[] = [];
  for (let at = startOfMonth(month); at <= greatest; month += step, at = startOfMonth(month)) {
    if (at >= least) ats.push(at);
  }
  return ats;
}

function startOfMonth(month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(month / 12), month % 12, 1);
  return date.getTime();
}

/** As little of a time as tells one mark from the next. @param step between marks, ms; undefined for months */
function timeLabel(at: number, step: number | undefined): string {
  const text = timeText(at, 0);
  if (step === undefined) return text.slice(0, text.indexOf('-', 1) + 3);
  if (step >= DAY) return text.slice(0, 10);
  const clock = text.slice(11);
  if (at % DAY === 0) return text.slice(5, 10);
  if (step >= MINUTE) return clock.slice(0, 5);
  return step >= SECOND ? clock.slice(0, 8) : clock.slice(0, 12);
}

/** A time with all its parts, as ISO 8601 has it but for the T and the zone. */
export function timeText(at: number, utcOffset: number): string {
  const text = new Date(at + utcOffset * MINUTE).toISOString();
  return text.replace('T', ' ').replace('Z', '');
}

/** The zone that times are shown in: `UTC+05:30`. */
export function zoneText(utcOffset: number): string {
  const minutes = Math.abs(utcOffset);
  const sign = utcOffset < 0 ? '−' : '+';
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  return utcOffset === 0 ? 'UTC' : `UTC${sign}${two(minutes / 60)}:${two(minutes % 60)}`;
}
