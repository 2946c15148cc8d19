import type { Property } from './planStep.ts';

/** What the facts of a step are not: parts of the tree, and switches that are off. */
const ELSEWHERE = new Set([
  'Plan',
  'Plans',
  'Distributed Query',
  'Remote Plan',
  'PlannedStmt',
  'Planning',
  'Dependent Jobs',
]);

/** What EXPLAIN says of something, apart from its parts: everything that is not nothing. */
export function propertiesOf(explained: Readonly<Record<string, unknown>>): Property[] {
  return Object.entries(explained).flatMap(([name, value]) => {
    if (ELSEWHERE.has(name) || isNothing(name, value)) return [];
    return [{ name: name + unitOf(name), value: words(value) }];
  });
}

const isNothing = (name: string, value: unknown): boolean =>
  value === undefined ||
  value === false ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0) ||
  // Of the buffers only those are of interest that were touched.
  (value === 0 && name.endsWith('Blocks'));

const unitOf = (name: string): string => {
  if (/Time$|Duration$/.test(name)) return ' (ms)';
  if (/Memory Usage$|Disk Usage$|Space Used$/.test(name)) return ' (kB)';
  return name.endsWith('Width') ? ' (bytes)' : '';
};

function words(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return value.toLocaleString('en', { maximumFractionDigits: 3 });
  if (value === true) return 'yes';
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ');
  return JSON.stringify(value, undefined, 2);
}
