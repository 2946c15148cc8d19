/** A point in time as PostgreSQL prints it with DateStyle ISO: `2024-02-29`, `2024-02-29 23:59:59.5+05:30`. */
const TIME =
  /^(\d{4,6})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(\.\d+)?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?)?( BC)?$/;

const MS_PER_MINUTE = 60_000;

/** A value as a chart places it. */
interface ChartTime {
  /** Milliseconds since the epoch. A time without a zone counts as UTC, so that it is drawn as it was printed. */
  readonly time: number;
  /** Minutes by which the printed time is ahead of UTC; undefined where it tells no zone. */
  readonly utcOffset: number | undefined;
}

/** @returns undefined for infinity, and for what isn't a point in time */
export function timeOf(text: string): ChartTime | undefined {
  const found = TIME.exec(text);
  if (!found) return undefined;
  const [, years, month, day, hours = '0', minutes = '0', seconds = '0', fraction = '0', sign, ...zone] =
    found;
  const [zoneHours, zoneMinutes = '0', zoneSeconds = '0', bc] = zone;
  const year = Number(years);
  const date = new Date(0);
  // The year before 1 is 0, which PostgreSQL prints as 1 BC.
  date.setUTCFullYear(bc === undefined ? year : 1 - year, Number(month) - 1, Number(day));
  date.setUTCHours(Number(hours), Number(minutes), Number(seconds));
  const printed = date.getTime() + Number(fraction) * 1000;
  if (Number.isNaN(printed)) return undefined;
  if (zoneHours === undefined) return { time: printed, utcOffset: undefined };
  const ahead = Number(zoneHours) * 60 + Number(zoneMinutes) + Number(zoneSeconds) / 60;
  const utcOffset = sign === '-' ? -ahead : ahead;
  return { time: printed - utcOffset * MS_PER_MINUTE, utcOffset };
}

/** A number, for drawing only: digits beyond the 15th are lost. @returns undefined for NaN and infinity, and for no number */
export function numberOf(text: string): number | undefined {
  const number = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}
