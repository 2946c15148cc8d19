import { counted } from '../results/format.ts';
import type { ExplainedNode } from './explained.ts';
import { loopsOf } from './times.ts';

/** Something about a step that a reader of the plan should see. */
export interface Note {
  readonly severity: 'warning' | 'info';
  readonly text: string;
}

/** An estimate that is off by this factor is marked. */
const MISJUDGED = 10;
/** Rows that a filter removes are marked where they are so many, and such a part of all that were read. */
const REMOVED_ROWS = 1000;
const REMOVED_PART = 0.9;

const warning = (text: string): Note => ({ severity: 'warning', text });

/** What is known of a node's surroundings. */
export interface Surroundings {
  /** Whether its estimate is none: Citus' own node doesn't know how many rows will come, nor does any above it. */
  readonly guessed: boolean;
  /** Whether a node above may have had enough of it before it was through. */
  readonly cutShort: boolean;
}

/** What stands out about a node, in words. */
export function notesOn(node: ExplainedNode, surroundings: Surroundings): Note[] {
  return [
    ...misjudged(node, surroundings),
    ...spilled(node),
    ...lossy(node),
    ...removed(node, 'Rows Removed by Filter', 'the filter'),
    ...removed(node, 'Rows Removed by Join Filter', 'the join filter'),
    ...removed(node, 'Rows Removed by Index Recheck', 'the recheck'),
    ...tooFewWorkers(node),
  ];
}

function misjudged(node: ExplainedNode, { guessed, cutShort }: Surroundings): Note[] {
  const { 'Plan Rows': expected, 'Actual Rows': given } = node;
  if (guessed || expected === undefined || given === undefined || loopsOf(node) === 0) return [];
  const factor = Math.max(given, 1) / Math.max(expected, 1);
  if (factor >= MISJUDGED) return [warning(`${times(factor)} more rows than expected`)];
  if (1 / factor >= MISJUDGED && !cutShort) return [warning(`${times(1 / factor)} fewer rows than expected`)];
  return [];
}

const times = (factor: number): string => `${Math.round(factor).toLocaleString('en')}×`;

function spilled(node: ExplainedNode): Note[] {
  const notes: Note[] = [];
  if (node['Sort Space Type'] === 'Disk') {
    notes.push(warning(`sorted on disk, ${kilobytes(numberIn(node, 'Sort Space Used'))}`));
  }
  const disk = numberIn(node, 'Disk Usage');
  if (disk > 0) notes.push(warning(`groups went to disk, ${kilobytes(disk)}`));
  const batches = numberIn(node, 'Hash Batches');
  if (batches > 1) notes.push(warning(`hash table went to disk, ${batches.toLocaleString('en')} batches`));
  return notes;
}

function lossy(node: ExplainedNode): Note[] {
  const pages = numberIn(node, 'Lossy Heap Blocks');
  if (pages === 0) return [];
  const all = pages + numberIn(node, 'Exact Heap Blocks');
  return [
    warning(`bitmap outgrew work_mem: ${pages.toLocaleString('en')} of ${counted(all, 'page')} read whole`),
  ];
}

function removed(node: ExplainedNode, property: string, by: string): Note[] {
  const loops = loopsOf(node);
  const gone = numberIn(node, property) * loops;
  const read = gone + (node['Actual Rows'] ?? 0) * loops;
  if (gone < REMOVED_ROWS || gone < read * REMOVED_PART) return [];
  return [
    warning(`${by} removed ${Math.round(gone).toLocaleString('en')} of ${counted(Math.round(read), 'row')}`),
  ];
}

function tooFewWorkers(node: ExplainedNode): Note[] {
  const { 'Workers Planned': planned = 0, 'Workers Launched': launched = planned } = node;
  if (launched >= planned) return [];
  return [warning(`${launched} of ${counted(planned, 'parallel worker')} started`)];
}

const numberIn = (node: ExplainedNode, property: string): number => {
  const value = node[property];
  return typeof value === 'number' ? value : 0;
};

/** @param size in kilobytes, as EXPLAIN gives it */
const kilobytes = (size: number): string =>
  size < 1024 ? `${size.toLocaleString('en')} kB` : `${(size / 1024).toFixed(1)} MB`;
