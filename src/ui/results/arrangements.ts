import type { ArrangementNews, ArrangementRequest } from '../../contract/arrangement.ts';
import type { StatementView } from '../../contract/results.ts';
import type { RunStatement } from '../../sql/run/runStatement.ts';
import { errorMessage } from '../errorText.ts';

/** What sorting, filtering and finding needs of a statement. */
export interface ArrangeableStatement extends Pick<RunStatement, 'arranged' | 'arrange' | 'rows'> {
  readonly view: Pick<StatementView, 'state' | 'rowCount'>;
}

type Arrange = Extract<ArrangementRequest, { type: 'arrange' }>;
type Find = Extract<ArrangementRequest, { type: 'find' }>;

/** Least time, ms, between two messages about how far work is. */
const progressInterval = 100;

/** Does what the webview asks about the order of rows and finding in them: of each one thing at a time for a statement. */
export class Arrangements {
  readonly #statement: (runId: number, statementId: number) => ArrangeableStatement | undefined;
  readonly #post: (news: ArrangementNews) => void;
  /** What goes on, by kind of work, run and statement. */
  readonly #running = new Map<string, AbortController>();

  /** @param statement finds one whose rows are kept */
  constructor(
    statement: (runId: number, statementId: number) => ArrangeableStatement | undefined,
    post: (news: ArrangementNews) => void,
  ) {
    this.#statement = statement;
    this.#post = post;
  }

  take(request: ArrangementRequest): void {
    const place = `${request.runId} ${request.statementId}`;
    switch (request.type) {
      case 'arrange':
        void this.#replace(`arrange ${place}`, (signal) => this.#arrange(request, signal));
        return;
      case 'find':
        void this.#replace(`find ${place}`, (signal) => this.#find(request, signal));
        return;
      case 'stopArranging':
        this.#running.get(`arrange ${place}`)?.abort();
        return;
      case 'stopFinding':
        this.#running.get(`find ${place}`)?.abort();
    }
  }

  /** Stops the work of that kind that goes on, and does another. */
  async #replace(key: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#running.get(key)?.abort();
    const activity = new AbortController();
    this.#running.set(key, activity);
    await work(activity.signal);
    if (this.#running.get(key) === activity) this.#running.delete(key);
  }

  async #arrange({ runId, statementId, arrangement, how }: Arrange, signal: AbortSignal): Promise<void> {
    const answer = { runId, statementId, arrangement };
    const statement = this.#statement(runId, statementId);
    try {
      if (!statement) throw new Error('The rows are gone: run the statement again.');
      const progress = seldom((done: number, total: number) => {
        this.#post({ type: 'arranging', ...answer, waiting: false, done, total });
      });
      const waiting = statement.view.state === 'running';
      if (waiting) this.#post({ type: 'arranging', ...answer, waiting, done: 0, total: 0 });
      await statement.arrange(arrangement, how, { signal, progress });
      const { arranged, view } = statement;
      this.#post({ type: 'arranged', ...answer, rowCount: arranged.rowCount, total: view.rowCount });
    } catch (error) {
      this.#post({
        type: 'notArranged',
        ...answer,
        ...(!signal.aborted && { problem: errorMessage(error) }),
      });
    }
  }

  async #find({ runId, statementId, search, ...wanted }: Find, signal: AbortSignal): Promise<void> {
    const answer = { runId, statementId, search };
    const statement = this.#statement(runId, statementId);
    try {
      if (!statement) throw new Error('The rows are gone: run the statement again.');
      const progress = seldom((done: number, total: number) => {
        this.#post({ type: 'finding', ...answer, done, total });
      });
      const { match, count } = await statement.arranged.find(wanted, wanted, { signal, progress });
      this.#post({ type: 'found', ...answer, ...(match && { match }), count });
    } catch (error) {
      if (!signal.aborted) this.#post({ type: 'found', ...answer, count: 0, problem: errorMessage(error) });
    }
  }
}

/** Calls on only when enough time is over since the last time. */
const seldom = (progress: (done: number, total: number) => void): ((done: number, total: number) => void) => {
  let last = performance.now();
  return (done, total) => {
    const now = performance.now();
    if (now - last < progressInterval) return;
    last = now;
    progress(done, total);
  };
};
