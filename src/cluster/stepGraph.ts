import type { Progress } from './clusters.ts';

/** One step of a longer operation. */
export interface Step {
  readonly id: string;
  /** What it does, for people: `Make coordinator1's data folder`. */
  readonly title: string;
  /** Ids of the steps that must be done before. */
  readonly needs: readonly string[];
  /** Does the step. Must end soon after the signal is aborted, leaving nothing running. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** A step failed; `cause` says how. */
export class StepError extends Error {
  override readonly name = 'StepError';
  readonly step: Step;
  constructor(step: Step, cause: unknown) {
    super(`${step.title}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.step = step;
  }
}

/**
 * Runs steps side by side as far as they don't depend on each other, those first that most others wait for.
 * When one fails or the signal is aborted, no new step starts and the running ones are aborted;
 * the promise settles only when all have ended.
 * @param options.concurrency the most steps at once
 * @throws StepError for the first step that failed, or the signal's reason
 */
export const runSteps = async (
  steps: readonly Step[],
  options: { concurrency: number; signal?: AbortSignal; onProgress?: (progress: Progress) => void },
): Promise<void> => {
  const order = byUrgency(steps);
  const done = new Set<string>();
  const running = new Map<Step, Promise<void>>();
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  let failure: StepError | undefined;

  const report = (): void =>
    options.onProgress?.({
      running: [...running.keys()].map(({ title }) => title),
      done: done.size,
      total: steps.length,
    });
  const begin = (step: Step): void => {
    const ended = step.run(signal).then(
      () => {
        done.add(step.id);
        running.delete(step);
      },
      (error: unknown) => {
        running.delete(step);
        failure ??= new StepError(step, error);
        stop.abort();
      },
    );
    running.set(step, ended);
  };

  let waiting = order;
  while (waiting.length > 0 || running.size > 0) {
    if (!signal.aborted) {
      const ready = waiting.filter(({ needs }) => needs.every((id) => done.has(id)));
      const next = ready.slice(0, options.concurrency - running.size);
      waiting = waiting.filter((step) => !next.includes(step));
      next.forEach(begin);
      report();
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  options.signal?.throwIfAborted();
  if (failure) throw failure;
  report();
};

/**
 * Steps with the longest chain of others behind them first.
 * @throws Error where a step needs one that isn't there, or two need each other
 */
const byUrgency = (steps: readonly Step[]): Step[] => {
  const byId = new Map(steps.map((step) => [step.id, step]));
  for (const { id, needs } of steps) {
    for (const need of needs)
      if (!byId.has(need)) throw new Error(`Step ${id} needs ${need}, which is no step.`);
  }
  const chains = new Map<string, number>();
  const chain = (id: string, path: readonly string[]): number => {
    const known = chains.get(id);
    if (known !== undefined) return known;
    if (path.includes(id)) throw new Error(`Steps need each other: ${[...path, id].join(' → ')}.`);
    const behind = steps
      .filter(({ needs }) => needs.includes(id))
      .map((step) => chain(step.id, [...path, id]));
    const length = 1 + Math.max(0, ...behind);
    chains.set(id, length);
    return length;
  };
  return [...steps].sort((a, b) => chain(b.id, []) - chain(a.id, []));
};
