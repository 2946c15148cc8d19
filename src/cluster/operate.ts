import path from 'node:path';
import { type ServerCommand, startServer, stopServer } from '../postgres/serverCommands.ts';
import { CommandError, type Runtime } from '../runtime/runtime.ts';
import type { OperationOptions } from './clusters.ts';
import { ClusterError } from './errors.ts';
import { type Cluster, type ClusterNode, paths } from './model.ts';
import { runSteps, type Step, StepError } from './stepGraph.ts';

const LOG_EXCERPT_BYTES = 1500;

/**
 * Starts those of the nodes that don't run, side by side.
 * @throws ClusterError `port-taken`, `step-failed`, `cancelled`
 */
export const startNodes = async (
  cluster: Cluster,
  nodes: readonly ClusterNode[],
  runtime: Runtime,
  options: OperationOptions,
): Promise<void> => {
  const steps = nodes.map((node): Step => ({
    id: `start ${node.name}`,
    title: `Start ${node.name}`,
    needs: [],
    run: async (signal) => {
      const dataDirectory = paths.data(cluster.folder, node.name);
      if (await runtime.postmaster(dataDirectory)) return;
      if (!(await runtime.isPortFree(node.port))) {
        throw new ClusterError(
          'port-taken',
          `Port ${node.port} of ${node.name} is in use by another program.`,
          { port: node.port, node: node.name },
          { nextStep: `End that program, then start ${node.name} again.` },
        );
      }
      const log = paths.log(cluster.folder, node.name);
      await runOnNode(
        startServer(dataDirectory, log, paths.passfile(cluster.folder)),
        node,
        log,
        runtime,
        signal,
      );
    },
  }));
  await runNodeSteps(steps, options);
};

/**
 * Stops those of the nodes that run: primaries first, so that their standbys receive everything up to the end.
 * @throws ClusterError `step-failed`, `cancelled`
 */
export const stopNodes = async (
  cluster: Cluster,
  nodes: readonly ClusterNode[],
  runtime: Runtime,
  options: OperationOptions,
): Promise<void> => {
  const isStandby = async (node: ClusterNode): Promise<boolean> =>
    (await runtime.files.read(path.join(paths.data(cluster.folder, node.name), 'standby.signal'))) !==
    undefined;
  const standbys = new Set<string>();
  for (const node of nodes) if (await isStandby(node)) standbys.add(node.name);
  const primaries = nodes.filter(({ kind, name }) => kind === 'coordinator' && !standbys.has(name));
  const steps = nodes.map((node): Step => ({
    id: `stop ${node.name}`,
    title: `Stop ${node.name}`,
    needs: standbys.has(node.name) ? primaries.map(({ name }) => `stop ${name}`) : [],
    run: async (signal) => {
      const dataDirectory = paths.data(cluster.folder, node.name);
      if ((await runtime.postmaster(dataDirectory)) === undefined) return;
      await runOnNode(
        stopServer(dataDirectory, 'fast'),
        node,
        paths.log(cluster.folder, node.name),
        runtime,
        signal,
      );
    },
  }));
  await runNodeSteps(steps, options);
};

const runOnNode = async (
  command: ServerCommand<void>,
  node: ClusterNode,
  log: string,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<void> => {
  try {
    await runtime.run(command, signal);
  } catch (error) {
    if (!(error instanceof CommandError) || error.cancelled) throw error;
    const words = [error.output, await runtime.files.readEnd(log, LOG_EXCERPT_BYTES)].join('\n').trim();
    throw new ClusterError(
      'step-failed',
      `${node.name}: ${error.message}\n${words}`,
      { step: command.file, log: words },
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
