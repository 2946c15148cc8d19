import type { StandbyWrites } from '../../contract/settings.ts';
import type { Placement, Reach, Task } from '../../sharding/sharding.ts';
import { type Remedy, remedyView } from '../writes/remedies.ts';
import { wayUnasked } from '../writes/standbyWrites.ts';
import type { Target } from '../run/target.ts';
import type { Whereabouts } from './whereabouts.ts';

/** The coordinator that a statement is to be sent to. */
export interface Sender {
  /** `primary`, `standby`, `worker`, or what is known of it. */
  readonly role: string;
  readonly nodeName: string;
  /** What happens to writes that it refuses. */
  readonly standbyWrites: StandbyWrites;
  readonly ways: Pick<Target, 'directWrites' | 'readOnly'>;
  /** The name of the node at a peer address. */
  readonly nameOf: (placement: Placement) => string;
}

/**
 * Where a statement runs, in a few words: `one shard · worker1`, `writes 8 shards on 2 workers`.
 * @returns undefined where there is nothing to say
 */
export const whereInShort = (where: Whereabouts, sender: Sender): string | undefined => {
  const because = where.notPlanned?.because;
  if (because === 'error') return undefined;
  const place = because === 'parameters' ? 'depends on $1' : placeOf(where, sender);
  if (place === undefined) return undefined;
  const refused = sender.role === 'standby' && isWrite(where);
  return refused ? `${place} · ${standbyInShort(where, sender)}` : place;
};

/** The same at length: each line a sentence or two. */
export const whereAtLength = (where: Whereabouts, sender: Sender): string[] => {
  const { reach, notPlanned } = where;
  if (notPlanned?.because === 'error') return [`Where it runs is not known: ${notPlanned.message}`];
  const lines: string[] = [EFFECTS[where.effect]];
  if (notPlanned !== undefined) lines.push(`Where it runs is not known: ${notPlanned.message}`);
  if (reach?.kind === 'coordinator') lines.push(`No shard takes part: ${sender.nodeName} does it alone.`);
  if (reach?.kind === 'shards') lines.push(...reachAtLength(reach, sender));
  if (isWrite(where) && sender.role === 'standby') lines.push(standbyAtLength(where, sender));
  if (where.effect === 'ddl' && sender.role === 'worker') {
    lines.push(
      `${sender.nodeName} is a worker: definitions of distributed tables change on the primary coordinator.`,
    );
  }
  return lines;
};

const placeOf = ({ effect, reach }: Whereabouts, { nameOf }: Sender): string | undefined => {
  switch (effect) {
    case 'reference-table write':
      return 'writes a reference table on all nodes';
    case 'local write':
      return 'writes a table of the coordinator';
    case 'ddl':
      return 'changes definitions';
    case 'may write':
      return 'may write: known when it runs';
    case 'one-shard write':
    case 'multi-shard write':
      return reach
        ? `writes ${shards(reach, nameOf)}`
        : `writes ${effect === 'one-shard write' ? 'one shard' : 'shards'}`;
    case 'read':
      return reach && shards(reach, nameOf);
    case 'transaction':
    case 'utility':
    case 'unknown':
      return undefined;
  }
};

const shards = (reach: Reach, nameOf: Sender['nameOf']): string => {
  if (reach.kind === 'coordinator') return 'coordinator only';
  const { tasks, on, coordinatorToo, repartition } = reach;
  const names = on && [...new Set(on.map(nameOf))];
  const what = repartition ? `repartition, ${tasks} tasks` : tasks === 1 ? 'one shard' : `${tasks} shards`;
  const where =
    names === undefined ? '' : names.length === 1 ? ` · ${names.join('')}` : ` on ${names.length} workers`;
  if (tasks === 0) return coordinatorToo ? 'shards by way of the coordinator' : 'no shard';
  return `${what}${where}${coordinatorToo ? ' and the coordinator' : ''}`;
};

const EFFECTS: Readonly<Record<Whereabouts['effect'], string>> = {
  read: 'Reads.',
  'one-shard write': 'Writes one shard: the worker that has it commits it alone.',
  'multi-shard write': 'Writes more than one shard, all or nothing: the nodes commit it in two phases.',
  'reference-table write': 'Writes a reference table, which every node has a copy of.',
  'local write': 'Writes a table that only the coordinator has.',
  'may write': 'May write: what it does, only the function or the block knows that it runs.',
  ddl: 'Changes definitions, on every node that has a part of them.',
  transaction: 'Begins, ends or divides a transaction.',
  utility: 'Writes nothing.',
  unknown: 'Not known: PostgreSQL’s grammar as of version 18 has no such statement. It is taken for a write.',
};

const reachAtLength = (reach: Extract<Reach, { kind: 'shards' }>, { nameOf, nodeName }: Sender): string[] => {
  const { tasks, on, repartition, coordinatorToo } = reach;
  const lines = [
    repartition
      ? `Its tables are not spread by what they are joined by: rows go from worker to worker first, then ${counted(tasks, 'task')}.`
      : `${counted(tasks, 'task')} on ${tasks === 1 ? 'a shard' : 'shards'}.`,
  ];
  if (coordinatorToo) lines.push(`A part of it goes by way of ${nodeName}.`);
  if (on) {
    for (const [name, some] of groupByNode(on, nameOf)) {
      const relations = some.flatMap((task) => task.relations);
      lines.push(`${name}: ${relations.length > 0 ? relations.join(', ') : counted(some.length, 'task')}`);
    }
  }
  return lines;
};

const groupByNode = (tasks: readonly Task[], nameOf: Sender['nameOf']): Map<string, Task[]> => {
  const groups = new Map<string, Task[]>();
  for (const task of tasks) groups.set(nameOf(task), [...(groups.get(nameOf(task)) ?? []), task]);
  return new Map([...groups].sort(([one], [other]) => one.localeCompare(other)));
};

const isWrite = ({ effect }: Whereabouts): boolean => effect.endsWith('write') || effect === 'ddl';

/** What would happen on a standby, found as it will be when the write has been refused. */
const wayOnStandby = (
  { statement, effect }: Whereabouts,
  { nodeName, standbyWrites, ways }: Sender,
): ReturnType<typeof wayUnasked> => {
  const remedies: Remedy[] = [];
  if (!statement.boundToConnection) remedies.push(remedyView('primary', nodeName));
  if (ways.directWrites && effect === 'one-shard write') remedies.push(remedyView('direct', nodeName));
  return wayUnasked(standbyWrites, 'read-only', statement, ways, remedies);
};

const standbyInShort = (where: Whereabouts, sender: Sender): string => {
  const way = wayOnStandby(where, sender);
  if (way === 'direct') return 'from this standby, if that is safe';
  if (way !== undefined) return 'a standby can’t: goes to the primary';
  return sender.standbyWrites === 'refuse' ? 'a standby refuses' : 'a standby can’t: you will be asked';
};

const standbyAtLength = (where: Whereabouts, sender: Sender): string => {
  const { nodeName, standbyWrites } = sender;
  const way = wayOnStandby(where, sender);
  const setting = `(citus.standbyWrites is “${standbyWrites}”)`;
  if (where.effect === 'may write') return `${nodeName} is a standby: where it writes, it is refused.`;
  if (way === 'direct') {
    return `${nodeName} is a standby, and sends it to its shard itself, unless it lags or a shard moves ${setting}.`;
  }
  if (way !== undefined) {
    return `${nodeName} is a standby and takes no such write: it runs on the primary coordinator ${setting}.`;
  }
  if (standbyWrites === 'refuse') return `${nodeName} is a standby and refuses it ${setting}.`;
  return `${nodeName} is a standby and refuses it; then the ways that it can go are offered ${setting}.`;
};

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
