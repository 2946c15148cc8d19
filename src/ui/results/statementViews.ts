import * as vscode from 'vscode';
import type { FromWebview, NodeAddress, ToWebview } from '../../contract/results.ts';
import { chartData, type ChartRows } from '../../sql/chart/chartData.ts';
import type { ResultsActions } from './resultsPage.ts';
import { saveChart } from './saveChart.ts';

/** A statement's result, and the nodes of the cluster that it came from. */
export interface StatementResult extends ChartRows {
  readonly nodes: readonly NodeAddress[];
}

/** What the results page asks for its other views of a result: plans and charts. */
type Request = Extract<FromWebview, { type: 'plan' | 'openPlan' | 'drawPlan' | 'chart' | 'saveChart' }>;

/** Answers what the results page asks for plans and charts. */
export class StatementViews {
  readonly #actions: Pick<ResultsActions, 'result' | 'drawPlan'>;
  readonly #log: (message: string) => void;
  readonly #post: (message: ToWebview) => void;
  #charting = new AbortController();

  /**
   * @param log takes what only a developer wants to know
   * @param post sends a message to the page
   */
  constructor(
    actions: Pick<ResultsActions, 'result' | 'drawPlan'>,
    log: (message: string) => void,
    post: (message: ToWebview) => void,
  ) {
    this.#actions = actions;
    this.#log = log;
    this.#post = post;
  }

  take(message: Request): void {
    this.#answer(message).catch((error: unknown) => {
      this.#log(`The results view's request ${message.type} failed: ${String(error)}`);
    });
  }

  async #answer(message: Request): Promise<void> {
    switch (message.type) {
      case 'plan':
        await this.#sendPlan(message);
        return;
      case 'openPlan':
        await this.#openPlan(message);
        return;
      case 'drawPlan':
        this.#actions.drawPlan(message.runId, message.statementId);
        return;
      case 'chart':
        await this.#sendChart(message);
        return;
      case 'saveChart':
        await saveChart(message.format, message.picture);
    }
  }

  async #sendPlan({ runId, statementId }: Extract<Request, { type: 'plan' }>): Promise<void> {
    const result = this.#actions.result(runId, statementId);
    const json = await planIn(result);
    this.#post({ type: 'plan', runId, statementId, json, nodes: [...(result?.nodes ?? [])] });
  }

  async #openPlan({ runId, statementId }: Extract<Request, { type: 'openPlan' }>): Promise<void> {
    const content = await planIn(this.#actions.result(runId, statementId));
    const document = await vscode.workspace.openTextDocument({ language: 'json', content });
    await vscode.window.showTextDocument(document, { preview: false });
  }

  /** Sends a chart's points, unless another chart is asked for meanwhile. */
  async #sendChart({
    runId,
    statementId,
    request,
    order,
  }: Extract<Request, { type: 'chart' }>): Promise<void> {
    this.#charting.abort();
    const charting = (this.#charting = new AbortController());
    const result = this.#actions.result(runId, statementId);
    const answer = { type: 'chart', runId, statementId, request } as const;
    try {
      if (!result) throw new Error('The result is gone: run the statement again.');
      const data = await chartData(result, order, charting.signal);
      this.#post({ ...answer, data });
    } catch (error) {
      if (charting.signal.aborted) return;
      const whyNot = error instanceof Error ? error.message : String(error);
      this.#post({ ...answer, data: { whyNot } });
    }
  }
}

/** The text of a plan, which is the one value of its result. */
const planIn = async (result: StatementResult | undefined): Promise<string> =>
  (await result?.window(0, 1))?.[0]?.[0] ?? '';
