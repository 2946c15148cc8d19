import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { PlanError } from '../../../src/webview/plan/explained.ts';
import { loadWords, readPlan, summaryOf, type Plan } from '../../../src/webview/plan/plan.ts';
import { allSteps, type PlanStep } from '../../../src/webview/plan/planStep.ts';
import { planText } from '../../../src/webview/plan/planText.ts';

type Raw = Record<string, unknown>;

const NODES = [
  { name: 'worker1', host: '127.0.0.1', port: 1 },
  { name: 'worker2', host: 'w2', port: 2 },
];

/** A node of a plan that was run: `time` and `rows` are those of one loop. */
const node = (type: string, time: number, more: Raw = {}, ...plans: Raw[]): Raw => ({
  'Node Type': type,
  'Total Cost': time * 2,
  'Plan Rows': 10,
  'Actual Total Time': time,
  'Actual Rows': 10,
  'Actual Loops': 1,
  ...more,
  ...(plans.length > 0 && { Plans: plans }),
});
const read = (plan: Raw): Plan =>
  readPlan(JSON.stringify([{ Plan: plan, 'Planning Time': 0.5, 'Execution Time': 100 }]), NODES);
const stepNamed = (plan: Plan, title: string | RegExp): PlanStep => {
  const found = plan.roots.flatMap(allSteps).find((step) => step.title.match(title));
  assert.ok(found, `no step ${String(title)} in\n${planText(plan)}`);
  return found;
};
const selves = (plan: Plan): Record<string, number | undefined> =>
  Object.fromEntries(plan.roots.flatMap(allSteps).map(({ title, self }) => [title, self]));
const notesOn = (more: Raw, ...plans: Raw[]): string[] =>
  stepNamed(read(node('Top', 1, {}, node('It', 1, more, ...plans))), /^It/).notes.map(({ text }) => text);

describe('plan arithmetic', () => {
  it('takes from a step what those below it took, as often as they ran', () => {
    const inner = node('Index Scan', 2, { 'Actual Loops': 20, 'Plan Rows': 3, 'Actual Rows': 4 });
    const plan = read(node('Nested Loop', 100, {}, node('Seq Scan', 10), inner));
    assert.deepEqual(selves(plan), { 'Nested Loop': 50, 'Seq Scan': 10, 'Index Scan': 40 });
    const { total, rows, expectedRows } = stepNamed(plan, 'Index Scan');
    assert.deepEqual({ total, rows, expectedRows }, { total: 40, rows: 80, expectedRows: 60 });
  });

  it('divides by the processes what workers did side by side', () => {
    const scan = node('Seq Scan', 30, { 'Actual Loops': 3, 'Actual Rows': 10 });
    const plan = read(node('Gather', 32, { 'Workers Planned': 2, 'Workers Launched': 2 }, scan));
    assert.deepEqual(selves(plan), { Gather: 2, 'Seq Scan': 30 });
    assert.equal(stepNamed(plan, 'Seq Scan').rows, 30);
  });

  for (const [version, name, use] of [
    ['up to PostgreSQL 16', 'InitPlan 1 (returns $0)', '(total > $0)'],
    ['from PostgreSQL 17 on', 'InitPlan 1', '(total > (InitPlan 1).col1)'],
  ]) {
    it(`takes an InitPlan from the step that needs it, ${version}`, () => {
      const init = node('Result', 30, { 'Parent Relationship': 'InitPlan', 'Subplan Name': name });
      const scan = node('Seq Scan', 50, { Filter: use });
      const plan = read(node('Aggregate', 60, {}, init, scan));
      assert.deepEqual(selves(plan), { Aggregate: 10, Result: 30, 'Seq Scan': 20 });
    });
  }

  it('takes a CTE from the scans that read it, and from those that read it first', () => {
    const cte = node('Sort', 30, { 'Parent Relationship': 'InitPlan', 'Subplan Name': 'CTE top' });
    const scan = (alias: string, time: number) => node('CTE Scan', time, { 'CTE Name': 'top', Alias: alias });
    const plan = read(node('Append', 60, {}, cte, scan('one', 40), scan('two', 15)));
    assert.deepEqual(selves(plan), {
      Append: 5,
      Sort: 30,
      'CTE Scan on top one': 10,
      'CTE Scan on top two': 15,
    });
  });

  it('knows what never ran', () => {
    const plan = read(node('Append', 1, {}, node('Seq Scan', 0, { 'Actual Loops': 0, 'Actual Rows': 0 })));
    const { neverRan, total, rows, notes } = stepNamed(plan, 'Seq Scan');
    assert.deepEqual({ neverRan, total, rows, notes }, { neverRan: true, total: 0, rows: 0, notes: [] });
  });

  it('compares costs where nothing was run', () => {
    const plan = readPlan(
      JSON.stringify([
        {
          Plan: {
            'Node Type': 'Sort',
            'Total Cost': 90,
            'Plan Rows': 5,
            Plans: [{ 'Node Type': 'Seq Scan', 'Total Cost': 60, 'Plan Rows': 7 }],
          },
        },
      ]),
      [],
    );
    assert.equal(plan.measure, 'cost');
    assert.deepEqual(selves(plan), { Sort: 30, 'Seq Scan': 60 });
    assert.deepEqual(
      stepNamed(plan, 'Seq Scan').notes.map(({ text }) => text),
      ['costliest step'],
    );
    assert.deepEqual(summaryOf(plan), ['Planned, not run']);
  });

  it('refuses what is no plan, in words', () => {
    assert.throws(() => readPlan('', []), PlanError);
    assert.throws(() => readPlan('[{"Plan": 1}]', []), PlanError);
    assert.throws(() => readPlan('[]', []), PlanError);
  });
});

describe('notes on a plan', () => {
  it('marks estimates that are off by ten times or more', () => {
    assert.deepEqual(notesOn({ 'Plan Rows': 10, 'Actual Rows': 100 }), ['10× more rows than expected']);
    assert.deepEqual(notesOn({ 'Plan Rows': 10, 'Actual Rows': 99 }), []);
    assert.deepEqual(notesOn({ 'Plan Rows': 5000, 'Actual Rows': 0 }), ['5,000× fewer rows than expected']);
    assert.deepEqual(notesOn({ 'Plan Rows': 50, 'Actual Rows': 4, 'Actual Loops': 100 }), [
      '13× fewer rows than expected',
    ]);
  });

  it('leaves alone what a LIMIT cut short', () => {
    const plan = read(node('Limit', 1, {}, node('Seq Scan', 1, { 'Plan Rows': 5000 })));
    assert.deepEqual(
      stepNamed(plan, 'Seq Scan').notes.filter(({ text }) => text.includes('expected')),
      [],
    );
  });

  it('tells what went to disk', () => {
    assert.deepEqual(notesOn({ 'Sort Space Type': 'Disk', 'Sort Space Used': 13848 }), [
      'sorted on disk, 13.5 MB',
    ]);
    assert.deepEqual(notesOn({ 'Sort Space Type': 'Memory', 'Sort Space Used': 25 }), []);
    assert.deepEqual(notesOn({ 'HashAgg Batches': 5, 'Disk Usage': 500 }), ['groups went to disk, 500 kB']);
    assert.deepEqual(notesOn({ 'Hash Batches': 4 }), ['hash table went to disk, 4 batches']);
  });

  it('tells of lossy bitmaps, rows read in vain, and workers that were not there', () => {
    assert.deepEqual(notesOn({ 'Exact Heap Blocks': 10, 'Lossy Heap Blocks': 30 }), [
      'bitmap outgrew work_mem: 30 of 40 pages read whole',
    ]);
    assert.deepEqual(notesOn({ 'Rows Removed by Filter': 9990 }), [
      'the filter removed 9,990 of 10,000 rows',
    ]);
    assert.deepEqual(notesOn({ 'Rows Removed by Filter': 50 }), []);
    assert.deepEqual(notesOn({ 'Workers Planned': 2, 'Workers Launched': 1 }), [
      '1 of 2 parallel workers started',
    ]);
  });

  it('marks the step that takes most by itself', () => {
    const plan = read(node('Sort', 100, {}, node('Seq Scan', 80)));
    assert.deepEqual(stepNamed(plan, 'Sort').notes, []);
    assert.deepEqual(
      stepNamed(plan, 'Seq Scan').notes.map(({ text }) => text),
      ['slowest step'],
    );
  });
});

describe('distributed plans', () => {
  const task = (address: string, time: number): Raw => ({
    Query: 'SELECT',
    Node: `${address} dbname=postgres`,
    'Remote Plan': [[{ Plan: node('Seq Scan', time), 'Execution Time': time }]],
  });
  const citus = (tasks: Raw[], job: Raw = {}): Raw =>
    node('Custom Scan', 90, {
      'Custom Plan Provider': 'Citus Adaptive',
      'Plan Rows': 100_000,
      'Distributed Query': {
        Job: { 'Task Count': tasks.length, 'Tasks Shown': 'All', Tasks: tasks, ...job },
      },
    });
  const ONE = 'host=127.0.0.1 port=1';
  const TWO = 'host=w2 port=2';

  it('names nodes, finds the slowest task, and sums up what each node did', () => {
    const plan = read(
      citus([task(ONE, 10), task(TWO, 60), task(ONE, 20), task('host=elsewhere port=9', 20)]),
    );
    assert.equal(plan.taskCount, 4);
    assert.deepEqual(plan.slowestTask, { node: 'worker2', time: 60 });
    assert.deepEqual(loadWords(plan), [
      'worker2: 1 task, 60 ms',
      'worker1: 2 tasks, 30 ms',
      'elsewhere:9: 1 task, 20 ms',
      'skew 2.0× the median node',
    ]);
    const slowest = stepNamed(plan, 'Task 2 of 4 on worker2');
    assert.deepEqual(
      slowest.notes.map(({ text }) => text),
      ['slowest task'],
    );
    assert.notEqual(slowest.closed, true);
    assert.equal(stepNamed(plan, 'Task 1 of 4').closed, true);
    assert.equal(stepNamed(plan, 'Citus Adaptive: 4 tasks on 3 nodes').self, 30);
  });

  it('believes no estimate of Citus’, nor of what is above it', () => {
    const plan = read(node('Aggregate', 95, { 'Plan Rows': 200, 'Actual Rows': 1 }, citus([task(ONE, 1)])));
    for (const title of ['Aggregate', 'Citus Adaptive']) {
      const { expectedRows, notes } = stepNamed(plan, title);
      assert.equal(expectedRows, undefined);
      assert.ok(notes.every(({ text }) => !text.includes('expected')));
    }
  });

  it('tells that only one task is shown, and how to see all', () => {
    const plan = read(citus([task(ONE, 1)], { 'Task Count': 8, 'Tasks Shown': 'One of 8' }));
    assert.match(stepNamed(plan, 'Citus Adaptive').notes[0]!.text, /^1 of 8 tasks shown; SET citus/);
    assert.equal(plan.taskCount, 8);
  });

  it('shows a node’s error in place of its plan', () => {
    const plan = read(citus([{ Node: ONE, Error: 'no such table' }]));
    assert.deepEqual(
      stepNamed(plan, 'Task 1 of 1 on worker1').notes.map(({ text }) => text),
      ['no plan: no such table'],
    );
  });

  it('becomes text with one line a step', () => {
    const lines = planText(read(citus([task(ONE, 10)]))).split('\n');
    assert.equal(lines[0], 'Planning 0.5 ms · Execution 100 ms · 1 task · slowest task 10 ms on worker1');
    assert.deepEqual(lines.slice(3, 6), [
      'Citus Adaptive: 1 task on 1 node  (90 ms, itself 80 ms; 10 rows)',
      '  Task 1 of 1 on worker1  (10 ms)',
      '    Seq Scan  (10 ms, itself 10 ms; 10 → 10 rows)',
    ]);
  });
});
