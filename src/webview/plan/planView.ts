import type { ToWebview } from '../../contract/results.ts';
import { button, el } from '../controls/dom.ts';
import { duration } from '../results/format.ts';
import { PlanError } from './explained.ts';
import { type NodeLoad, type Plan, readPlan, summaryOf } from './plan.ts';
import type { PlanStep } from './planStep.ts';
import { planText, stepName } from './planText.ts';
import { PlanTree } from './planTree.ts';

/** What a plan's view asks of the panel around it. */
export interface PlanActions {
  /** Opens the plan's JSON in an editor. */
  openPlan(): void;
  announce(message: string): void;
}

/** A plan, drawn: what it comes to, its tree, and all facts of the chosen step. */
export class PlanView {
  readonly element = el('div', 'plan');
  readonly #actions: PlanActions;

  constructor(actions: PlanActions) {
    this.#actions = actions;
    this.element.append(el('p', 'pane-words', 'Reading the plan…'));
  }

  /** Shows the plan that the host has sent. */
  show({ json, nodes }: Extract<ToWebview, { type: 'plan' }>): void {
    try {
      this.#draw(readPlan(json, nodes));
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      this.element.replaceChildren(el('p', 'pane-words', error.message));
    }
  }

  #draw(plan: Plan): void {
    const detail = el('div', 'plan-detail');
    detail.role = 'region';
    detail.tabIndex = 0;
    const tree = new PlanTree(plan, (step) => {
      detail.ariaLabel = `Facts about ${stepName(step)}`;
      detail.replaceChildren(...factsOf(step));
      detail.scrollTop = 0;
    });
    const head = el(
      'div',
      'plan-head',
      el('span', '', 'Step'),
      el('span', '', plan.measure === 'time' ? 'Time of its own' : 'Cost of its own'),
      el('span', 'plan-number', 'In all'),
      el('span', 'plan-number', plan.measure === 'time' ? 'Expected → rows' : 'Expected rows'),
      el('span', ''),
    );
    head.ariaHidden = 'true';
    const left = el('div', 'plan-left', head, tree.element);
    this.element.replaceChildren(this.#summary(plan), el('div', 'plan-body', left, detail));
  }

  #summary(plan: Plan): HTMLElement {
    const copy = button('link', 'Copy as Text', () => {
      void this.#copy(planText(plan));
    });
    const open = button('link', 'Open the JSON', () => {
      this.#actions.openPlan();
    });
    const summary = el('div', 'plan-summary', ...summaryOf(plan).map((fact) => el('span', '', fact)));
    if (plan.nodes.length > 0 && plan.taskCount > 1) summary.append(nodeLoads(plan));
    summary.append(el('span', 'plan-tools', copy, open));
    return summary;
  }

  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.#actions.announce('The plan is on the clipboard.');
    } catch (error) {
      this.#actions.announce(`Nothing was copied: the clipboard refused it (${String(error)}).`);
    }
  }
}

/** How the tasks' time is spread over the nodes. */
function nodeLoads({ nodes, skew }: Plan): HTMLElement {
  const most = nodes[0]?.total ?? 0;
  const loads = nodes.map((node) => nodeLoad(node, most));
  const words = skew === undefined ? [] : [el('span', 'plan-skew', `skew ${skew.toFixed(1)}×`)];
  const element = el('span', 'plan-loads', ...loads, ...words);
  element.title = 'Time of the tasks that each node ran; skew: the busiest node against the median one';
  return element;
}

function nodeLoad({ name, tasks, total, slowest }: NodeLoad, most: number): HTMLElement {
  const fill = el('span', 'plan-fill');
  fill.style.width = `${most === 0 ? 0 : (total / most) * 100}%`;
  const element = el('span', 'plan-load', name, el('span', 'plan-bar', fill), duration(total));
  element.title = `${name}: ${tasks} task${tasks === 1 ? '' : 's'}, ${duration(total)} together, the slowest ${duration(slowest)}`;
  return element;
}

function factsOf(step: PlanStep): HTMLElement[] {
  const notes = step.notes.map(({ severity, text }) => el('li', `plan-${severity}`, text));
  const facts = step.properties.flatMap(({ name, value }) => [el('dt', '', name), el('dd', '', value)]);
  return [
    el('div', 'plan-detail-title', stepName(step)),
    ...(notes.length > 0 ? [el('ul', 'plan-detail-notes', ...notes)] : []),
    el('dl', 'plan-facts', ...facts),
  ];
}
