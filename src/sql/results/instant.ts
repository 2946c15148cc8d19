const PATTERN =
  /^(\d+)-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$/;
/** Earlier and later than all that PostgreSQL's timestamps can be, in microseconds. */
const ENDS: Readonly<Record<string, bigint>> = { infinity: 10n ** 24n, '-infinity': -(10n ** 24n) };

/**
 * When a date or a timestamp is, in microseconds from the year 0 (1 BC) on, for comparing it with others.
 * @param text as the server prints it with DateStyle ISO (PostgreSQL manual, 8.5.2)
 * @returns undefined for another style
 */
export const instant = (text: string): bigint | undefined => {
  const end = ENDS[text];
  if (end !== undefined) return end;
  const [whole, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', sign, ...rest] =
    PATTERN.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const [zoneHour = '0', zoneMinute = '0', zoneSecond = '0', bc] = rest;
  const days = dayNumber(bc === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
  const zone = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60 + Number(zoneSecond);
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second) - (sign === '-' ? -zone : zone);
  return BigInt(days * 86_400 + seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
};

/** Days in the proleptic Gregorian calendar from 1 March of the year 0 on; years begin with March here. */
const dayNumber = (year: number, month: number, day: number): number => {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((marchMonth * 153 + 2) / 5) + day - 1;
};
