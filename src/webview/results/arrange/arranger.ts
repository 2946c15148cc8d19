import type { Arrangement, ArrangementNews, FilterView, SortView } from '../../../contract/arrangement.ts';

/** How far the host is with an arrangement. */
export interface ArrangingProgress {
  /** Whether rows are still to come from the server. */
  readonly waiting: boolean;
  readonly done: number;
  readonly total: number;
}

/** What an arranger needs of those around it. */
export interface ArrangerActions {
  /** Asks the host for an arrangement. */
  ask(arrangement: number, how: Arrangement): void;
  /** Asks the host to stop. */
  stop(): void;
  /** What the arranger says has changed. */
  changed(): void;
  /** Rows are given in another arrangement from now on. */
  rowsChanged(rowCount: number): void;
}

const nothing: Arrangement = { sort: [], filters: [] };

/** How one result's rows are sorted and filtered, and what is asked of the host about it. */
export class Arranger {
  readonly #actions: ArrangerActions;
  /** The arrangement that the rows are in, as far as is known. */
  #current = 0;
  /** Those before, of which rows may still be on their way. */
  readonly #past = new Set<number>();
  #held = nothing;
  #how = nothing;
  /** The arrangement that was asked for last. */
  #asked = 0;
  #progress: ArrangingProgress | undefined;
  #problem: string | undefined;
  #waiting: (() => void)[] = [];
  #rowCount: number | undefined;
  /** Rows of the result that were looked at. */
  #total = 0;

  constructor(actions: ArrangerActions) {
    this.#actions = actions;
  }

  /** What is shown, or is asked for. */
  get how(): Arrangement {
    return this.#how;
  }

  /** The number of the arrangement that rows are given in, as far as is known; 0 as the server sends them. */
  get current(): number {
    return this.#current;
  }

  /** Rows of the arrangement; undefined where they are shown as the server sends them. */
  get rowCount(): number | undefined {
    return this.#rowCount;
  }

  /** How far the host is; undefined while it has nothing to do. */
  get progress(): ArrangingProgress | undefined {
    return this.#progress;
  }

  /** Why what was asked for last could not be done. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Takes up an arrangement from before; until it is there no rows are shown. */
  restore(how: Arrangement | undefined): void {
    if (!how || (how.sort.length === 0 && how.filters.length === 0)) return;
    this.#rowCount = 0;
    this.set(how);
  }

  /** Sorts by a column alone, or by it after those that rows are sorted by already. */
  sortBy(column: number, descending: boolean, add: boolean): void {
    const others = add ? this.#how.sort.filter((sort) => sort.column !== column) : [];
    const at = this.#how.sort.findIndex((sort) => sort.column === column);
    const sort: SortView[] =
      add && at >= 0 ? others.toSpliced(at, 0, { column, descending }) : [...others, { column, descending }];
    this.set({ ...this.#how, sort });
  }

  unsort(column: number): void {
    this.set({ ...this.#how, sort: this.#how.sort.filter((sort) => sort.column !== column) });
  }

  /** Adds a filter, or puts it in the place of another. */
  filter(filter: FilterView, instead?: FilterView): void {
    const at = instead ? this.#how.filters.indexOf(instead) : -1;
    const filters = at < 0 ? [...this.#how.filters, filter] : this.#how.filters.with(at, filter);
    this.set({ ...this.#how, filters });
  }

  unfilter(filter: FilterView): void {
    this.set({ ...this.#how, filters: this.#how.filters.filter((other) => other !== filter) });
  }

  clear(): void {
    this.set(nothing);
  }

  /** Acts when nothing is being arranged: at once where that is so. Where it fails the rows stay as they were. */
  whenArranged(act: () => void): void {
    if (this.#progress) this.#waiting.push(act);
    else act();
  }

  stop(): void {
    this.#actions.stop();
  }

  set(how: Arrangement): void {
    this.#how = how;
    this.#problem = undefined;
    this.#asked += 1;
    this.#progress = { waiting: false, done: 0, total: 0 };
    this.#actions.ask(this.#asked, how);
    this.#actions.changed();
  }

  /** Tells how many rows the server has sent: where they have become more, they are arranged anew when all are there. */
  setTotal(total: number): void {
    const grown = total > this.#total && this.#rowCount !== undefined && !this.#progress;
    this.#total = Math.max(total, this.#total);
    if (grown) this.set(this.#how);
  }

  take(news: Extract<ArrangementNews, { arrangement: number }>): void {
    if (news.arrangement !== this.#asked) return;
    switch (news.type) {
      case 'arranging':
        this.#progress = news;
        break;
      case 'arranged': {
        const none = this.#how.sort.length === 0 && this.#how.filters.length === 0;
        this.#past.add(this.#current);
        this.#current = news.arrangement;
        this.#held = this.#how;
        this.#progress = undefined;
        this.#rowCount = none ? undefined : news.rowCount;
        this.#total = news.total;
        this.#actions.rowsChanged(news.rowCount);
        break;
      }
      case 'notArranged':
        this.#how = this.#held;
        this.#progress = undefined;
        this.#problem = news.problem;
        if (this.#rowCount === 0 && this.#held === nothing) this.#rowCount = undefined;
        break;
    }
    this.#actions.changed();
    if (this.#progress) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const act of waiting) act();
  }

  /**
   * Whether rows that came are those that are shown. Where they are not, and nothing was asked for that explains it, the
   * host has an arrangement from an earlier webview: it is asked for the one that is shown here.
   */
  accepts(arrangement: number): boolean {
    if (arrangement === this.#current) return true;
    if (!this.#progress && !this.#past.has(arrangement)) {
      this.#asked = Math.max(this.#asked, arrangement);
      this.set(this.#how);
    }
    return false;
  }
}
