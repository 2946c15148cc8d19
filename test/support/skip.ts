import type { Context } from 'mocha';

/**
 * Skips the running test, or from a `before` hook all tests of its suite. The reason is shown to whoever runs the
 * tests; a test that is skipped in any other way counts as failed.
 *
 * @param context `this` of the test or hook
 * @param reason what the machine lacks, such as `Citus is not installed`
 */
export function skip(context: Context, reason: string): never {
  const runnable = context.runnable();
  const isSuiteHook = runnable.title.startsWith('"before all"');
  const skipped = isSuiteHook ? runnable.parent : (context.currentTest ?? runnable);
  // The reporter looks for this property.
  Object.assign(skipped ?? runnable, { skipReason: reason });
  return context.skip();
}
