import * as v from 'valibot';
import type { FromWebview, StatementView, ToWebview } from '../../contract/results.ts';
import { ChartChoices, firstChoices } from '../chart/choices.ts';
import { ChartView } from '../chart/chartView.ts';
import { button, el } from '../controls/dom.ts';
import { PlanView } from '../plan/planView.ts';
import type { RowTools } from './arrange/rowTools.ts';

/** How a statement's result is looked at. */
export const PaneView = v.object({
  view: v.optional(v.picklist(['rows', 'plan', 'chart'])),
  chart: v.optional(ChartChoices),
});
export type PaneView = v.InferOutput<typeof PaneView>;
type ViewName = NonNullable<PaneView['view']>;

/** What the views ask of the host, for the pane's statement. */
export type ViewRequest =
  | { readonly type: 'plan' | 'openPlan' | 'drawPlan' }
  | Pick<Extract<FromWebview, { type: 'chart' }>, 'type' | 'request' | 'order'>
  | Extract<FromWebview, { type: 'saveChart' }>;

/** What the views need of the pane around them. */
interface ViewActions {
  ask(request: ViewRequest): void;
  announce(message: string): void;
  viewChanged(view: PaneView): void;
}

/** The rows that the grid shows. */
type ShownRows = RowTools['shownRows'];

const NAMES: Readonly<Record<ViewName, string>> = { rows: 'Rows', plan: 'Plan', chart: 'Chart' };
/** json and text: OIDs are fixed in PostgreSQL's pg_type.dat. */
const JSON_OID = 114;
const TEXT_OID = 25;

/** The views that a result has besides its rows, and the switch between them. */
export class PaneViews {
  /** Buttons to switch by; hidden where there is nothing but rows. */
  readonly element = el('div', 'views');
  /** Holds the view that is shown instead of the rows. */
  readonly stage = el('div', 'views-stage');
  readonly #actions: ViewActions;
  readonly #rows: HTMLElement;
  readonly #switch = el('div', 'views-switch');
  readonly #drawPlan: HTMLButtonElement;
  readonly #buttons = new Map<ViewName, HTMLButtonElement>();
  #kept: PaneView;
  #statement: StatementView | undefined;
  #shownRows: ShownRows = { arrangement: 0, count: 0 };
  #plan: PlanView | undefined;
  #chart: ChartView | undefined;

  /**
   * @param rows the element that holds the grid, which is hidden while another view is shown
   * @param kept how the result was looked at before
   */
  constructor(rows: HTMLElement, kept: PaneView | undefined, actions: ViewActions) {
    this.#rows = rows;
    this.#kept = kept ?? {};
    this.#actions = actions;
    this.#switch.role = 'group';
    this.#switch.ariaLabel = 'View';
    this.#drawPlan = button('link', 'Show as a Plan', () => {
      actions.ask({ type: 'drawPlan' });
    });
    this.#drawPlan.title = 'Run this EXPLAIN again so that its plan can be drawn';
    this.element.append(this.#switch, this.#drawPlan);
    this.element.hidden = this.stage.hidden = true;
  }

  /** @param shownRows which of its rows are shown; undefined where it has none */
  update(statement: StatementView, shownRows: ShownRows | undefined): void {
    this.#statement = statement;
    if (shownRows) this.#shownRows = shownRows;
    const names = viewsOf(statement);
    this.#drawPlan.hidden = !isTextPlan(statement);
    this.element.hidden = names.length < 2 && this.#drawPlan.hidden;
    this.#switch.hidden = names.length < 2;
    if (names.join() !== [...this.#buttons.keys()].join()) this.#makeButtons(names);
    this.#show();
  }

  /** Other rows are shown, or the same in another order. */
  rowsChanged(shownRows: ShownRows): void {
    this.#shownRows = shownRows;
    this.#show();
  }

  /** Takes what the host answered. */
  take(answer: Extract<ToWebview, { type: 'plan' | 'chart' }>): void {
    if (answer.type === 'plan') this.#plan?.show(answer);
    else this.#chart?.show(answer);
  }

  dispose(): void {
    this.#chart?.dispose();
  }

  #makeButtons(names: readonly ViewName[]): void {
    this.#buttons.clear();
    for (const name of names) {
      const made = button('view-button', NAMES[name], () => {
        this.#keep({ ...this.#kept, view: name });
        this.#show();
      });
      this.#buttons.set(name, made);
    }
    this.#switch.replaceChildren(...this.#buttons.values());
  }

  #keep(view: PaneView): void {
    this.#kept = view;
    this.#actions.viewChanged(view);
  }

  #show(): void {
    const statement = this.#statement;
    if (!statement) return;
    const names = [...this.#buttons.keys()];
    const wanted = this.#kept.view ?? (names.includes('plan') ? 'plan' : 'rows');
    const shown = names.includes(wanted) ? wanted : 'rows';
    for (const [name, element] of this.#buttons) element.ariaPressed = String(name === shown);
    if (shown === 'plan') this.#plan ??= this.#makePlan();
    if (shown === 'chart') {
      this.#chart ??= this.#makeChart(statement);
      this.#chart.follow({ ...this.#shownRows, growing: statement.state === 'running' });
    }
    this.#rows.hidden = shown !== 'rows' || statement.columns.length === 0;
    this.stage.hidden = shown === 'rows';
    if (this.#plan) this.#plan.element.hidden = shown !== 'plan';
    if (this.#chart) this.#chart.element.hidden = shown !== 'chart';
  }

  #makePlan(): PlanView {
    const plan = new PlanView({
      openPlan: () => {
        this.#actions.ask({ type: 'openPlan' });
      },
      announce: (message) => {
        this.#actions.announce(message);
      },
    });
    this.stage.append(plan.element);
    this.#actions.ask({ type: 'plan' });
    return plan;
  }

  #makeChart({ columns }: StatementView): ChartView {
    const chart = new ChartView(columns, this.#kept.chart, {
      requestChart: (request, order) => {
        this.#actions.ask({ type: 'chart', request, order });
      },
      saveChart: (format, picture) => {
        this.#actions.ask({ type: 'saveChart', format, picture });
      },
      choicesChanged: (chosen) => {
        this.#keep({ ...this.#kept, chart: chosen });
      },
    });
    this.stage.append(chart.element);
    return chart;
  }
}

/** The views that a result has. */
function viewsOf(statement: StatementView): ViewName[] {
  const { columns, rowCount } = statement;
  if (rowCount === 0) return ['rows'];
  if (isPlan(statement, JSON_OID)) return ['rows', 'plan'];
  return firstChoices(columns, rowCount) ? ['rows', 'chart'] : ['rows'];
}

const isTextPlan = (statement: StatementView): boolean =>
  statement.state === 'done' && isPlan(statement, TEXT_OID);

/** EXPLAIN's result is one column of this name, whose type tells the format (PostgreSQL's ExplainResultDesc). */
const isPlan = ({ columns, commandTag }: StatementView, typeOid: number): boolean =>
  columns.length === 1 &&
  columns[0]?.name === 'QUERY PLAN' &&
  columns[0].typeOid === typeOid &&
  commandTag === 'EXPLAIN';
