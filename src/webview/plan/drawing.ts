import type { NodeAddress } from '../../contract/results.ts';
import type { Measure } from './times.ts';

/** A task that was measured. */
export interface TaskTime {
  /** Name of the node that it ran on. */
  readonly node: string;
  /** Milliseconds by that node's own clock. */
  readonly time: number;
}

/** What is gathered while a plan's steps are made. */
export interface Drawing {
  readonly measure: Measure;
  /** Addresses of the cluster's nodes, as the others know them. */
  readonly nodes: readonly NodeAddress[];
  readonly tasks: TaskTime[];
  taskCount: number;
}

/**
 * The name of the node that Citus says a task ran on.
 * @param address `host=… port=… dbname=…`
 * @returns the address where no node of the cluster has it
 */
export function nodeNameOf(address: string | undefined, nodes: readonly NodeAddress[]): string {
  const [, host, port] = /^host=(\S+) port=(\d+)/.exec(address ?? '') ?? [];
  if (host === undefined) return address ?? 'an unknown node';
  const node = nodes.find((each) => each.host === host && each.port === Number(port));
  return node?.name ?? `${host}:${port}`;
}
