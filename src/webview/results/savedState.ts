import * as v from 'valibot';
import { Arrangement } from '../../contract/arrangement.ts';
import type { KeptRun, RunView } from '../../contract/results.ts';
import { PaneView } from './paneViews.ts';
import type { RowsState } from './statementPane.ts';

const Cell = v.object({ row: v.number(), column: v.number() });
const Grid = v.object({
  widths: v.optional(v.array(v.number())),
  shown: v.optional(v.array(v.number())),
  top: v.number(),
  left: v.number(),
  selection: v.optional(v.object({ anchor: Cell, focus: Cell })),
  arrangement: v.optional(Arrangement),
});
const Saved = v.object({
  run: v.string(),
  picked: v.optional(v.number()),
  grids: v.record(v.string(), Grid),
  views: v.optional(v.record(v.string(), PaneView), {}),
});

/** The part of the webview's interface to the editor that keeps state while the view is hidden. */
interface StateKeeper {
  getState(): unknown;
  setState(state: unknown): void;
}

/** How long, ms, changes of a grid are gathered before they are kept. */
const gatherFor = 200;

/** What survives hiding the view: the picked tab, how each statement's grid stood, and how its rows were arranged. Kept for one run at a time. */
export class SavedState {
  readonly #keeper: StateKeeper;
  readonly #document: string | undefined;
  #lastRun: RunView | undefined;
  #state: v.InferOutput<typeof Saved> = { run: '', grids: {}, views: {} };
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param document URI of the one file whose results are shown, where that is so: its run is kept, without rows */
  constructor(keeper: StateKeeper, document: string | undefined) {
    this.#keeper = keeper;
    this.#document = document;
    const kept = v.safeParse(Saved, keeper.getState());
    if (kept.success) this.#state = kept.output;
  }

  /** Forgets the state of any other run. Ids start again with each window, so the file must match as well. */
  begin({ id, file }: RunView): void {
    const run = `${id} ${file}`;
    if (run !== this.#state.run) this.#state = { run, grids: {}, views: {} };
  }

  /** Keeps how a run stands for when the window is reloaded, in an editor panel. */
  keepRun(run: RunView): void {
    if (this.#document === undefined) return;
    const statements = run.statements.map((statement) => ({ ...statement, columns: [], notices: [] }));
    this.#lastRun = { ...run, statements };
    this.#keep();
  }

  get picked(): number | undefined {
    return this.#state.picked;
  }

  set picked(statementId: number | undefined) {
    this.#state.picked = statementId;
    this.#keep();
  }

  grid(statementId: number): RowsState | undefined {
    return this.#state.grids[statementId];
  }

  setGrid(statementId: number, grid: RowsState): void {
    this.#state.grids[statementId] = v.parse(Grid, grid);
    this.#timer ??= setTimeout(() => {
      this.#keep();
    }, gatherFor);
  }

  view(statementId: number): PaneView | undefined {
    return this.#state.views[statementId];
  }

  setView(statementId: number, view: PaneView): void {
    this.#state.views[statementId] = view;
    this.#keep();
  }

  #keep(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kept: Partial<KeptRun> =
      this.#document === undefined
        ? {}
        : { document: this.#document, ...(this.#lastRun && { lastRun: this.#lastRun }) };
    this.#keeper.setState({ ...this.#state, ...kept });
  }
}
