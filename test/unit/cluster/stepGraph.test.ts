import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { runSteps, type Step, StepError } from '../../../src/cluster/stepGraph.ts';

/** A step that waits until the test lets it end. */
const held = (id: string, needs: readonly string[], begun: string[]) => {
  let end: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const step: Step = {
    id,
    title: `Do ${id}`,
    needs,
    run: (signal) =>
      new Promise((resolve, reject) => {
        begun.push(id);
        end = resolve;
        fail = reject;
        signal.addEventListener('abort', () => {
          begun.push(`${id} aborted`);
          resolve();
        });
      }),
  };
  return {
    step,
    end: () => {
      end();
    },
    fail: (error: Error) => {
      fail(error);
    },
  };
};
const instant = (id: string, needs: readonly string[], begun: string[]): Step => ({
  id,
  title: `Do ${id}`,
  needs,
  run: () => {
    begun.push(id);
    return Promise.resolve();
  },
});
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a graph of steps', () => {
  it('runs a step only after all that it needs', async () => {
    const begun: string[] = [];
    await runSteps(
      [
        instant('d', ['b', 'c'], begun),
        instant('b', ['a'], begun),
        instant('c', ['a'], begun),
        instant('a', [], begun),
      ],
      { concurrency: 4 },
    );
    assert.equal(begun[0], 'a');
    assert.equal(begun[3], 'd');
  });

  it('runs independent steps side by side, up to the limit, and begins the one that most wait for', async () => {
    const begun: string[] = [];
    const loner = held('loner', [], begun);
    const first = held('first', [], begun);
    const second = held('second', [], begun);
    const running = runSteps(
      [loner.step, first.step, second.step, instant('last', ['first', 'second'], begun)],
      {
        concurrency: 2,
      },
    );
    assert.deepEqual(begun, ['first', 'second']);
    first.end();
    await settle();
    assert.deepEqual(begun, ['first', 'second', 'loner']);
    second.end();
    loner.end();
    await running;
    assert.deepEqual(begun, ['first', 'second', 'loner', 'last']);
  });

  it('aborts the running steps when one fails, waits for them, and names the failed one', async () => {
    const begun: string[] = [];
    const bad = held('bad', [], begun);
    const other = held('other', [], begun);
    const running = runSteps([bad.step, other.step, instant('later', ['other'], begun)], { concurrency: 2 });
    bad.fail(new Error('no disk'));
    await assert.rejects(running, (error) => {
      assert.ok(error instanceof StepError);
      assert.equal(error.step.id, 'bad');
      assert.equal(error.message, 'Do bad: no disk');
      return true;
    });
    assert.deepEqual(begun, ['other', 'bad', 'other aborted', 'bad aborted']);
  });

  it('stops when it is cancelled', async () => {
    const begun: string[] = [];
    const stop = new AbortController();
    const first = held('first', [], begun);
    const running = runSteps([first.step, instant('second', ['first'], begun)], {
      concurrency: 1,
      signal: stop.signal,
    });
    stop.abort();
    await assert.rejects(running, { name: 'AbortError' });
    assert.deepEqual(begun, ['first', 'first aborted']);
  });

  it('reports what runs and how much is done', async () => {
    const reports: string[] = [];
    const begun: string[] = [];
    await runSteps([instant('a', [], begun), instant('b', ['a'], begun)], {
      concurrency: 1,
      onProgress: ({ running, done, total }) => reports.push(`${done}/${total} ${running.join()}`),
    });
    assert.deepEqual(reports, ['0/2 Do a', '1/2 Do b', '2/2 ']);
  });

  it('refuses steps that need each other, or what isn’t there', async () => {
    await assert.rejects(
      runSteps([instant('a', ['b'], []), instant('b', ['a'], [])], { concurrency: 1 }),
      /need each other/,
    );
    await assert.rejects(
      runSteps([instant('a', ['x'], [])], { concurrency: 1 }),
      /needs x, which is no step/,
    );
  });
});
