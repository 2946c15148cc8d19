import { el } from '../controls/dom.ts';
import type { Plan } from './plan.ts';
import type { PlanStep } from './planStep.ts';
import { amount, rowWords, stepName } from './planText.ts';

/** A step as a row of the tree. */
interface TreeRow {
  readonly step: PlanStep;
  readonly parent: TreeRow | undefined;
  readonly level: number;
  /** Place among its siblings, from 1, and how many there are. */
  readonly place: number;
  readonly siblings: number;
  readonly children: TreeRow[];
  open: boolean;
  element: HTMLElement | undefined;
}

/** A plan as a tree of rows with columns: the step, its share, its rows, and what stands out (ARIA's tree pattern). */
export class PlanTree {
  readonly element = el('div', 'plan-tree');
  readonly #plan: Plan;
  readonly #roots: TreeRow[];
  readonly #choose: (step: PlanStep) => void;
  #shown: TreeRow[] = [];
  #chosen: TreeRow | undefined;

  /** @param choose is told which step is chosen */
  constructor(plan: Plan, choose: (step: PlanStep) => void) {
    this.#plan = plan;
    this.#choose = choose;
    this.#roots = rowsOf(plan.roots, undefined);
    this.element.role = 'tree';
    this.element.ariaLabel = 'Steps of the plan';
    this.element.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !this.#keyDown(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.#show();
    const [first] = this.#shown;
    if (first) this.#pick(first, false);
  }

  #show(): void {
    const shown: TreeRow[] = [];
    const add = (row: TreeRow): void => {
      shown.push(row);
      if (row.open) row.children.forEach(add);
    };
    this.#roots.forEach(add);
    this.#shown = shown;
    this.element.replaceChildren(...shown.map((row) => (row.element ??= this.#makeRow(row))));
  }

  #makeRow(row: TreeRow): HTMLElement {
    const { step, level } = row;
    const twistie = el('span', 'plan-twistie');
    const title = el(
      'span',
      'plan-title',
      twistie,
      el('span', `plan-name plan-${step.kind}`, stepName(step)),
    );
    title.style.paddingLeft = `${(level - 1) * 14 + 4}px`;
    const notes = step.notes.map(({ severity, text }) => el('span', `plan-note plan-${severity}`, text));
    const element = el(
      'div',
      'plan-row',
      title,
      this.#bar(step),
      el('span', 'plan-number', step.neverRan ? 'never ran' : amount(step.total, this.#plan.measure)),
      el('span', 'plan-number plan-rows', rowWords(step).replace(/ rows?( expected)?$/, '')),
      el('span', 'plan-notes', ...notes),
    );
    element.role = 'treeitem';
    element.tabIndex = -1;
    element.title = stepName(step);
    element.ariaLevel = String(level);
    element.ariaPosInSet = String(row.place);
    element.ariaSetSize = String(row.siblings);
    element.ariaLabel = this.#words(step);
    element.classList.toggle('never-ran', step.neverRan);
    if (row.children.length > 0) element.ariaExpanded = String(row.open);
    element.addEventListener('click', (event) => {
      const onTwistie = event.target === twistie;
      if (onTwistie) this.#toggle(row, !row.open);
      this.#pick(row, true);
    });
    element.addEventListener('dblclick', () => {
      this.#toggle(row, !row.open);
    });
    return element;
  }

  #bar({ self }: PlanStep): HTMLElement {
    const { measure, total } = this.#plan;
    const part = self === undefined || total === 0 ? 0 : Math.min(1, self / total);
    const fill = el('span', 'plan-fill');
    fill.style.width = `${(part * 100).toFixed(1)}%`;
    return el('span', 'plan-share', el('span', 'plan-bar', fill), el('span', '', amount(self, measure)));
  }

  /** All that the row shows, for screen readers. */
  #words(step: PlanStep): string {
    const { measure } = this.#plan;
    const unit = measure === 'cost' ? 'cost ' : '';
    return [
      stepName(step),
      step.neverRan
        ? 'never ran'
        : step.total !== undefined && `${unit}${amount(step.total, measure)} in all`,
      step.self !== undefined && `${unit}${amount(step.self, measure)} by itself`,
      rowWords(step).replace('→', 'rows expected,'),
      ...step.notes.map(({ text }) => text),
    ]
      .filter((word) => word !== false && word !== '')
      .join(', ');
  }

  #pick(row: TreeRow, focus: boolean): void {
    for (const each of [this.#chosen, row]) {
      if (!each?.element) continue;
      each.element.tabIndex = each === row ? 0 : -1;
      each.element.ariaSelected = String(each === row);
    }
    this.#chosen = row;
    if (focus) row.element?.focus();
    this.#choose(row.step);
  }

  #toggle(row: TreeRow, open: boolean): void {
    if (row.children.length === 0 || row.open === open) return;
    row.open = open;
    if (row.element) row.element.ariaExpanded = String(open);
    this.#show();
    row.element?.focus();
  }

  /** @returns whether the key is one of a tree's */
  #keyDown(key: string): boolean {
    const row = this.#chosen;
    if (!row) return false;
    const at = this.#shown.indexOf(row);
    const steps: Readonly<Record<string, () => TreeRow | undefined>> = {
      ArrowDown: () => this.#shown[at + 1],
      ArrowUp: () => this.#shown[at - 1],
      Home: () => this.#shown[0],
      End: () => this.#shown.at(-1),
      ArrowRight: () => (row.open ? row.children[0] : this.#set(row, true)),
      ArrowLeft: () => (row.open && row.children.length > 0 ? this.#set(row, false) : row.parent),
      '*': () => {
        for (const each of row.parent?.children ?? this.#roots) this.#toggle(each, true);
        return row;
      },
    };
    const step = steps[key];
    if (!step) return false;
    const target = step();
    if (target) this.#pick(target, true);
    return true;
  }

  /** Opens or closes a row. @returns it */
  #set(row: TreeRow, open: boolean): TreeRow {
    this.#toggle(row, open);
    return row;
  }
}

function rowsOf(steps: readonly PlanStep[], parent: TreeRow | undefined): TreeRow[] {
  return steps.map((step, index) => {
    const row: TreeRow = {
      step,
      parent,
      level: (parent?.level ?? 0) + 1,
      place: index + 1,
      siblings: steps.length,
      children: [],
      open: step.closed !== true,
      element: undefined,
    };
    row.children.push(...rowsOf(step.children, row));
    return row;
  });
}
