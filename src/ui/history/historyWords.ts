import type { HistoryEntry } from '../../sql/history/entry.ts';
import { summary } from '../../sql/splitter/summary.ts';
import { count, dotted, formatDuration } from '../format.ts';

/** Most of a statement that one line shows. */
const LINE_LENGTH = 200;

/** A statement on one line. */
export const entryLine = ({ sql }: HistoryEntry): string => summary(sql, LINE_LENGTH);

/** `demo › coordinator1 (primary)`. */
export const entryPlace = ({ cluster, node, role }: HistoryEntry): string => `${cluster} › ${node} (${role})`;

/** `5 rows`, `UPDATE 3`, `failed 42P01`, `cancelled`. */
export const entryOutcome = ({ outcome, tag, rows, code }: HistoryEntry): string => {
  if (outcome === 'failed') return code === undefined ? 'failed' : `failed ${code}`;
  if (outcome === 'cancelled') return 'cancelled';
  return rows === undefined ? (tag ?? 'done') : count(rows, 'row');
};

/** `14:03 · 5 rows · 12 ms · demo › coordinator1`. */
export const entryFacts = (entry: HistoryEntry): string =>
  dotted(timeOf(entry.at), entryOutcome(entry), formatDuration(entry.ms), `${entry.cluster} › ${entry.node}`);

/** What was left out of a statement, in words. */
export const entryGaps = ({ masked, wholeLength }: HistoryEntry): readonly string[] => [
  ...(masked ? ['What may be secret in it was not kept, so it can’t be run again as it is.'] : []),
  ...(wholeLength === undefined
    ? []
    : [`Only its beginning was kept: it had ${wholeLength.toLocaleString('en')} characters.`]),
];

/** Whether a statement was kept whole, so that it can be run again. */
export const isWhole = (entry: HistoryEntry): boolean => entryGaps(entry).length === 0;

/** `14:03`, by the clock of this machine. */
const timeOf = (at: number): string =>
  new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

/** `Today`, `Yesterday`, `Tuesday, 24 November 2026`. */
export const dayOf = (at: number, now: number): string => {
  const day = startOfDay(at);
  if (day === startOfDay(now)) return 'Today';
  // An hour before today began is yesterday, also where clocks were changed.
  if (day === startOfDay(startOfDay(now) - 3_600_000)) return 'Yesterday';
  return new Date(at).toLocaleDateString('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
};

const startOfDay = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
