import type { RunView, StatementView, ToWebview } from '../../contract/results.ts';
import { counted } from './format.ts';

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

/** Takes changes of statements; news of any other run than the one shown is dropped. */
export function withStatements(
  state: PanelState,
  { runId, running, changes }: Extract<ToWebview, { type: 'statements' }>,
): PanelState {
  const { run } = state;
  if (run?.id !== runId) return state;
  const statements = [...run.statements];
  for (const { statement, noticesBefore } of changes) {
    const before = statements[statement.id]?.notices.slice(0, noticesBefore) ?? [];
    statements[statement.id] = { ...statement, notices: [...before, ...statement.notices] };
  }
  return { ...state, run: { ...run, running, statements } };
}

/** The statement that was started last, or the first while none was. */
export function latestStatement({ statements }: RunView): StatementView | undefined {
  return statements.findLast(({ state }) => state !== 'pending' && state !== 'skipped') ?? statements[0];
}

/** The statement whose tab is open: the one that was picked, else the one that was started last. */
export function openStatement({ run, picked }: PanelState): StatementView | undefined {
  return run && (run.statements[picked ?? -1] ?? latestStatement(run));
}

/** A run's state as a whole, in words, with its place where it is at one statement. */
export function runSummary({ running, statements }: RunView): {
  state: Exclude<StatementView['state'], 'skipped'>;
  text: string;
} {
  const count = statements.length;
  const at = (state: StatementView['state']) =>
    statements.findIndex((statement) => statement.state === state) + 1;
  const place = (number: number) =>
    count > 1 ? ` ${number.toLocaleString('en')} of ${count.toLocaleString('en')}` : '';
  if (running) return { state: 'running', text: `Running${place(Math.max(at('running'), 1))}` };
  const failed = at('failed');
  if (failed) return { state: 'failed', text: `Failed${count > 1 ? ` at${place(failed)}` : ''}` };
  const cancelled = at('cancelled');
  if (cancelled) return { state: 'cancelled', text: `Cancelled${count > 1 ? ` at${place(cancelled)}` : ''}` };
  return { state: at('done') ? 'done' : 'pending', text: counted(count, 'statement') };
}
