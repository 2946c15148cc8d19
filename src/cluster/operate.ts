import path from 'node:path';
import { CommandError, type NodeHost, type Runtime } from '../runtime/runtime.ts';
import type { OperationOptions } from './clusters.ts';
import { ClusterError } from './errors.ts';
import type { ClusterNode } from './model.ts';
import { runSteps, type Step, StepError } from './stepGraph.ts';

const LOG_EXCERPT_BYTES = 1500;

/**
 * Starts those of the nodes that don't run, side by side.
 * @throws ClusterError `port-taken`, `step-failed`, `cancelled`
 */
export const startNodes = async (
  nodes: readonly ClusterNode[],
  runtime: Runtime,
  options: OperationOptions,
): Promise<void> => {
  const steps = nodes.map((node): Step => ({
    id: `start ${node.name}`,
    title: `Start ${node.name}`,
    needs: [],
    run: async (signal) => {
      const host = runtime.node(node.name);
      if (await host.isAlive()) return;
      if (!(await runtime.isPortFree(node.port))) {
        throw new ClusterError(
          'port-taken',
          `Port ${node.port} of ${node.name} is in use by another program.`,
          { port: node.port, node: node.name },
          { nextStep: `End that program, then start ${node.name} again.` },
        );
      }
      await inServerWords(node, host, () => host.start(signal));
    },
  }));
  await runNodeSteps(steps, options);
};

/**
 * Stops those of the nodes that run: primaries first, so that their standbys receive everything up to the end.
 * @throws ClusterError `step-failed`, `cancelled`
 */
export const stopNodes = async (
  nodes: readonly ClusterNode[],
  runtime: Runtime,
  options: OperationOptions,
): Promise<void> => {
  const alive: ClusterNode[] = [];
  for (const node of nodes) if (await runtime.node(node.name).isAlive()) alive.push(node);
  const standbys = new Set<string>();
  for (const { name } of alive) if (await isStandby(runtime.node(name))) standbys.add(name);
  const primaries = alive.filter(({ kind, name }) => kind === 'coordinator' && !standbys.has(name));
  const steps = alive.map((node): Step => ({
    id: `stop ${node.name}`,
    title: `Stop ${node.name}`,
    needs: standbys.has(node.name) ? primaries.map(({ name }) => `stop ${name}`) : [],
    run: (signal) => {
      const host = runtime.node(node.name);
      return inServerWords(node, host, () => host.stop('fast', signal));
    },
  }));
  await runNodeSteps(steps, options);
};

const isStandby = async ({ files, paths }: NodeHost): Promise<boolean> =>
  (await files.read(path.posix.join(paths.data, 'standby.signal'))) !== undefined;

/** Adds the server's own words to what goes wrong with it. */
const inServerWords = async (node: ClusterNode, host: NodeHost, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CommandError) || error.cancelled) throw error;
    const words = [error.output, await host.logEnd(LOG_EXCERPT_BYTES)].join('\n').trim();
    throw new ClusterError(
      'step-failed',
      `${node.name}: ${error.message}\n${words}`,
      { step: node.name, log: words },
      { nextStep: `Read ${node.name}’s log, mend the cause, and try again.`, cause: error },
    );
  }
};

const runNodeSteps = async (steps: readonly Step[], options: OperationOptions): Promise<void> => {
  try {
    await runSteps(steps, { ...options, concurrency: Math.max(1, steps.length) });
  } catch (error) {
    if (options.signal?.aborted)
      throw new ClusterError('cancelled', 'Cancelled.', { cluster: '' }, { cause: error });
    throw error instanceof StepError ? error.cause : error;
  }
};
