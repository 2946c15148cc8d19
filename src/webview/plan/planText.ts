import { counted, duration } from '../results/format.ts';
import { loadWords, type Plan, summaryOf } from './plan.ts';
import type { PlanStep } from './planStep.ts';
import type { Measure } from './times.ts';

/** A plan as text, to be pasted somewhere: a line for each step, indented, and what stands out about it. */
export function planText(plan: Plan): string {
  const lines = [summaryOf(plan).join(' · '), ...loadWords(plan), ''];
  const add = (step: PlanStep, depth: number): void => {
    const facts = [takes(step, plan.measure), rowWords(step), ...step.notes.map(({ text }) => text)];
    const told = facts.filter((fact) => fact !== '').join('; ');
    lines.push(`${'  '.repeat(depth)}${stepName(step)}${told === '' ? '' : `  (${told})`}`);
    for (const child of step.children) add(child, depth + 1);
  };
  for (const root of plan.roots) add(root, 0);
  return `${lines.join('\n')}\n`;
}

/** A step's title, with what its results are for. */
export const stepName = ({ role, title }: PlanStep): string =>
  role === undefined ? title : `${role}: ${title}`;

/** Time or cost in words; empty where there is none. */
export function amount(value: number | undefined, measure: Measure): string {
  if (value === undefined) return '';
  return measure === 'time' ? duration(value) : value.toLocaleString('en', { maximumFractionDigits: 1 });
}

function takes({ neverRan, total, self }: PlanStep, measure: Measure): string {
  if (neverRan) return 'never ran';
  if (total === undefined) return '';
  const what = measure === 'time' ? '' : 'cost ';
  return `${what}${amount(total, measure)}${self === undefined ? '' : `, itself ${amount(self, measure)}`}`;
}

/** `12 → 3,400 rows`: expected and given. */
export function rowWords({ expectedRows, rows, neverRan }: PlanStep): string {
  if (neverRan) return '';
  const expected = expectedRows?.toLocaleString('en', { maximumFractionDigits: 0 });
  const given = rows?.toLocaleString('en');
  if (expected === undefined) return rows === undefined ? '' : counted(rows, 'row');
  return given === undefined ? `${expected} rows expected` : `${expected} → ${given} rows`;
}
