/** A point in time as PostgreSQL prints it with DateStyle ISO: `2024-02-29`, `2024-02-29 23:59:59.5+05:30`. */
const TIME =
  /^(\d{4,6})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(\.\d+)?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?)?( BC)?$/;

const MS_PER_MINUTE = 60_000;
/** Date.UTC takes the years 0 to 99 for others. The calendar begins again after 400 years, which have 146,097 days. */
const SHIFTED_YEARS = 20 * 400;
const SHIFTED_MS = 20 * 146_097 * 24 * 60 * MS_PER_MINUTE;

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
  // The year before 1 is 0, which PostgreSQL prints as 1 BC.
  const year = bc === undefined ? Number(years) : 1 - Number(years);
  const date = Date.UTC(year + SHIFTED_YEARS, Number(month) - 1, Number(day));
  const shifted = date + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  const printed = shifted - SHIFTED_MS + Number(fraction) * 1000;
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
