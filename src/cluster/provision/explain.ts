import { CommandError, type Runtime } from '../../runtime/runtime.ts';
import { ClusterError } from '../errors.ts';
import type { Cluster } from '../model.ts';
import { type Step, StepError } from '../stepGraph.ts';

/** How much of a server's log an error shows. */
const LOG_EXCERPT_BYTES = 1500;

/**
 * Says what went wrong in people's and the server's words; must be asked before the rollback removes the logs.
 * @param options.cancelled what to say where the signal was aborted
 */
export const explain = async (
  error: unknown,
  cluster: Cluster,
  runtime: Runtime,
  { signal, cancelled }: { signal?: AbortSignal; cancelled: string },
): Promise<unknown> => {
  if (signal?.aborted) return new ClusterError('cancelled', cancelled, { cluster: cluster.name });
  if (!(error instanceof StepError)) return error;
  const { cause, step } = error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const output = cause instanceof CommandError ? cause.output : '';
  const log = await serverWords(step, cluster, runtime);
  const words = [output, log].filter((text) => text !== '').join('\n');
  return new ClusterError(
    'step-failed',
    `${step.title} failed: ${reason}${words === '' ? '' : `\n${words}`}`,
    { step: step.id, ...(words !== '' && { log: words }) },
    { nextStep: 'Nothing is left of the attempt. Mend the cause and try again.', cause },
  );
};

/** Many failures are told only in the server's log: the lines since its last start, the newest ones if they are many. */
const serverWords = async (step: Step, cluster: Cluster, runtime: Runtime): Promise<string> => {
  const node = cluster.nodes.find(({ name }) => step.id.split(' ').includes(name));
  if (node === undefined) return '';
  const log = await runtime.node(node.name).logEnd(LOG_EXCERPT_BYTES);
  return log.slice(Math.max(0, log.lastIndexOf('starting PostgreSQL'))).trim();
};
