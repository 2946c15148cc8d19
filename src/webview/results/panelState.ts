import type { RunView, StatementView, ToWebview } from '../../contract/results.ts';

/** What the panel shows. */
export interface PanelState {
  readonly run: RunView | undefined;
  /** Id of the statement whose tab the user picked in this run. */
  readonly picked: number | undefined;
}

/** Takes a whole run; the picked tab stays if it is the same run again. */
export function withRun(state: PanelState, run: RunView): PanelState {
  return { run, picked: state.run?.id === run.id ? state.picked : undefined };
}

/** Takes a change of one statement; news of any other run than the one shown is dropped. */
export function withStatement(
  state: PanelState,
  news: Extract<ToWebview, { type: 'statement' }>,
): PanelState {
  const { run } = state;
  if (run?.id !== news.runId) return state;
  const { statement, noticesBefore } = news;
  const before = run.statements.find(({ id }) => id === statement.id);
  const notices = [...(before?.notices.slice(0, noticesBefore) ?? []), ...statement.notices];
  const now = { ...statement, notices };
  const statements = before
    ? run.statements.map((other) => (other === before ? now : other))
    : [...run.statements, now];
  return { ...state, run: { ...run, running: news.running, statements } };
}

/** The statement whose tab is open: the one that was picked, else the one that was started last. */
export function openStatement({ run, picked }: PanelState): StatementView | undefined {
  if (!run) return undefined;
  const started = run.statements.findLast(({ state }) => state !== 'pending' && state !== 'skipped');
  return run.statements.find(({ id }) => id === picked) ?? started ?? run.statements[0];
}

/** A run's state as a whole, in words, with its place where it is at one statement. */
export function runSummary({ running, statements }: RunView): {
  state: Exclude<StatementView['state'], 'skipped'>;
  text: string;
} {
  const count = statements.length;
  const at = (state: StatementView['state']) =>
    statements.findIndex((statement) => statement.state === state) + 1;
  const place = (number: number) => (count > 1 ? ` ${number} of ${count}` : '');
  const all = count === 1 ? '1 statement' : `${count} statements`;
  if (running) return { state: 'running', text: `Running${place(Math.max(at('running'), 1))}` };
  const failed = at('failed');
  if (failed) return { state: 'failed', text: `Failed${count > 1 ? ` at${place(failed)}` : ''}` };
  const cancelled = at('cancelled');
  if (cancelled) return { state: 'cancelled', text: `Cancelled${count > 1 ? ` at${place(cancelled)}` : ''}` };
  return { state: at('done') ? 'done' : 'pending', text: all };
}
