import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is yes.
 * @param options.deadlineMs when to give up
 * @param options.intervalMs pause between questions, 20 ms unless told
 * @returns whether the answer was yes before the deadline
 * @throws the signal's reason when it is aborted
 */
export const waitUntil = async (
  isTrue: () => Promise<boolean>,
  options: { deadlineMs: number; intervalMs?: number; signal?: AbortSignal },
): Promise<boolean> => {
  const end = performance.now() + options.deadlineMs;
  for (;;) {
    options.signal?.throwIfAborted();
    if (await isTrue()) return true;
    if (performance.now() >= end) return false;
    await delay(options.intervalMs ?? 20, undefined, { ...(options.signal && { signal: options.signal }) });
  }
};
