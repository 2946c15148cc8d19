import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Arrangement, FilterView } from '../../../src/contract/arrangement.ts';
import { Arranger } from '../../../src/webview/results/arrange/arranger.ts';

const place = { runId: 1, statementId: 0 };
const filter: FilterView = { column: 1, operator: 'contains', value: 'a' };

/** An arranger, and what it asked and told. */
const arranging = () => {
  const asked: [number, Arrangement][] = [];
  const rowCounts: number[] = [];
  const arranger = new Arranger({
    ask: (arrangement, how) => asked.push([arrangement, how]),
    stop: () => undefined,
    changed: () => undefined,
    rowsChanged: (rowCount) => rowCounts.push(rowCount),
  });
  const answer = (rowCount: number, arrangement = asked.at(-1)?.[0] ?? 0) => {
    arranger.take({ type: 'arranged', ...place, arrangement, rowCount, total: 100 });
  };
  return { arranger, asked, rowCounts, answer };
};

describe('Arranger', () => {
  it('sorts by one column, turns it around, adds others, and takes them away', () => {
    const { arranger } = arranging();
    arranger.sortBy(2, false, false);
    arranger.sortBy(0, true, true);
    arranger.sortBy(2, true, true);
    assert.deepEqual(arranger.how.sort, [
      { column: 2, descending: true },
      { column: 0, descending: true },
    ]);
    arranger.unsort(2);
    assert.deepEqual(arranger.how.sort, [{ column: 0, descending: true }]);
    arranger.sortBy(1, false, false);
    assert.deepEqual(arranger.how.sort, [{ column: 1, descending: false }]);
  });

  it('changes a filter where it stands', () => {
    const { arranger } = arranging();
    const other: FilterView = { column: 0, operator: 'isNull', value: '' };
    arranger.filter(filter);
    arranger.filter(other);
    arranger.filter({ ...filter, value: 'b' }, filter);
    assert.deepEqual(arranger.how.filters, [{ ...filter, value: 'b' }, other]);
    arranger.unfilter(other);
    assert.deepEqual(arranger.how.filters, [{ ...filter, value: 'b' }]);
    arranger.clear();
    assert.deepEqual(arranger.how, { sort: [], filters: [] });
  });

  it('has what needs the rows wait until they are arranged, or that has failed', () => {
    const { arranger, answer, asked } = arranging();
    const acts: (number | undefined)[] = [];
    const act = () => acts.push(arranger.rowCount);
    arranger.whenArranged(act);
    assert.deepEqual(acts, [undefined], 'nothing is being arranged');
    arranger.filter(filter);
    arranger.whenArranged(act);
    assert.equal(acts.length, 1);
    answer(12);
    assert.deepEqual(acts, [undefined, 12]);
    arranger.clear();
    arranger.whenArranged(act);
    arranger.take({ type: 'notArranged', ...place, arrangement: asked.at(-1)?.[0] ?? 0, problem: 'full' });
    assert.deepEqual(acts, [undefined, 12, 12]);
    answer(12);
    assert.equal(acts.length, 3, 'once each');
  });

  it('counts the rows that filters leave, and drops rows of arrangements that are over', () => {
    const { arranger, answer, rowCounts, asked } = arranging();
    assert.ok(arranger.accepts(0));
    arranger.filter(filter);
    assert.ok(arranger.accepts(0), 'until the other is there');
    answer(12);
    assert.deepEqual([arranger.rowCount, rowCounts], [12, [12]]);
    assert.ok(!arranger.accepts(0));
    assert.ok(arranger.accepts(1));
    assert.equal(asked.length, 1, 'late rows are no reason to ask again');
    arranger.unfilter(filter);
    answer(100);
    assert.equal(arranger.rowCount, undefined);
  });

  it('takes no answer but that to what was asked last', () => {
    const { arranger, answer, rowCounts } = arranging();
    arranger.filter(filter);
    arranger.sortBy(0, false, false);
    answer(12, 1);
    assert.deepEqual(rowCounts, []);
    assert.ok(arranger.progress);
    answer(12, 2);
    assert.deepEqual(rowCounts, [12]);
    assert.equal(arranger.progress, undefined);
  });

  it('goes back to what held before where something can’t be done, and says why', () => {
    const { arranger, answer } = arranging();
    arranger.sortBy(0, false, false);
    answer(100);
    arranger.filter(filter);
    arranger.take({ type: 'notArranged', ...place, arrangement: 2, problem: 'It can’t be.' });
    assert.deepEqual(arranger.how, { sort: [{ column: 0, descending: false }], filters: [] });
    assert.equal(arranger.problem, 'It can’t be.');
    assert.ok(arranger.accepts(1));
  });

  it('shows no rows until an arrangement from before is there again', () => {
    const { arranger, answer, asked } = arranging();
    const how = { sort: [], filters: [filter] };
    arranger.restore(how);
    assert.deepEqual([arranger.rowCount, asked], [0, [[1, how]]]);
    answer(3);
    assert.equal(arranger.rowCount, 3);
  });

  it('asks for its own arrangement where the host has one that it does not know', () => {
    const { arranger, answer, asked } = arranging();
    assert.ok(!arranger.accepts(5));
    assert.deepEqual(asked, [[6, { sort: [], filters: [] }]]);
    assert.ok(!arranger.accepts(5));
    assert.equal(asked.length, 1, 'once');
    answer(100);
    assert.ok(arranger.accepts(6));
  });

  it('arranges anew, once, when rows have come since', () => {
    const { arranger, answer, asked } = arranging();
    arranger.setTotal(100);
    arranger.sortBy(0, false, false);
    answer(100);
    arranger.setTotal(100);
    assert.equal(asked.length, 1);
    arranger.setTotal(150);
    arranger.setTotal(200);
    assert.equal(asked.length, 2);
    assert.deepEqual(asked[1]?.[1], asked[0]?.[1]);
    assert.equal(arranger.rowCount, 100, 'until then those from before are shown');
  });
});
