import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { decodeRows, encodeRow, type Row } from '../../../../src/postgres/dataRows.ts';
import type { Column, ResultSink } from '../../../../src/postgres/statement.ts';
import { RowsByNode } from '../../../../src/sql/run/nodes/rowsByNode.ts';

const noFile = (): Promise<never> => Promise.reject(new Error('These rows fit into memory.'));
const INTEGER: Column = { name: 'n', typeOid: 23 };

/** Nodes whose rows come together, and what comes out. */
const merge = (
  ...names: string[]
): {
  rows: Row[];
  columns: Column[][];
  merged: RowsByNode;
  give: (index: number, ...values: string[]) => void;
} => {
  const rows: Row[] = [];
  const columns: Column[][] = [];
  const sink: ResultSink = {
    columns: (given) => columns.push([...given]),
    rows: (messages) => {
      rows.push(...decodeRows(messages));
      return undefined;
    },
  };
  const merged = new RowsByNode(names, sink, noFile);
  const give = (index: number, ...values: string[]): void => {
    const messages = Buffer.concat(values.map((value) => encodeRow([value])));
    void merged.sinkOf(index).rows(messages, values.length);
  };
  return { rows, columns, merged, give };
};

describe('RowsByNode', () => {
  it('passes the first node’s rows on as they come, and the others’ when it is their turn', async () => {
    const { rows, columns, merged, give } = merge('a', 'b', 'c');
    for (const index of [2, 0, 1]) merged.sinkOf(index).columns([INTEGER]);
    give(1, '1', '2');
    give(0, '3');
    assert.deepEqual(rows, [['a', '3']]);
    give(2, '4');
    await merged.finish(2);
    await merged.finish(0);
    give(1, '5');
    assert.deepEqual(rows.slice(1), [
      ['b', '1'],
      ['b', '2'],
      ['b', '5'],
    ]);
    await merged.finish(1);
    assert.deepEqual(rows.slice(4), [['c', '4']]);
    assert.deepEqual(columns, [[{ name: 'node', typeOid: 25 }, INTEGER]]);
  });

  it('keeps all rows in the order of the nodes, whenever they come and nodes finish', async () => {
    const step = fc.oneof(
      fc.record({ give: fc.nat(3), values: fc.array(fc.string(), { minLength: 1, maxLength: 4 }) }),
      fc.record({ finish: fc.nat(3) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const names = ['a', 'b', 'c', 'd'];
        const { rows, merged, give } = merge(...names);
        const given: string[][] = names.map(() => []);
        const finished = new Set<number>();
        const finishing: Promise<void>[] = [];
        const finish = (index: number): void => {
          if (finished.has(index)) return;
          finished.add(index);
          finishing.push(merged.finish(index));
        };
        for (const index of names.keys()) merged.sinkOf(index).columns([INTEGER]);
        for (const one of steps) {
          if ('finish' in one) finish(one.finish);
          else if (!finished.has(one.give)) {
            given[one.give]!.push(...one.values);
            give(one.give, ...one.values);
          }
          await new Promise(setImmediate);
        }
        for (const index of names.keys()) finish(index);
        await Promise.all(finishing);
        assert.deepEqual(
          rows,
          names.flatMap((name, index) => given[index]!.map((value) => [name, value])),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('leaves out a node with other columns, and says what differs', async () => {
    const cases: [columns: Column[], problem: RegExp | undefined][] = [
      [[INTEGER, INTEGER], /those of a: it has 2 instead of 1/],
      [[{ name: 'm', typeOid: 23 }], /column 1 is named m instead of n/],
      [[{ name: 'n', typeOid: 25 }], /column n is of another type/],
      [[INTEGER], undefined],
    ];
    for (const [other, problem] of cases) {
      const { rows, merged, give } = merge('a', 'b');
      merged.sinkOf(0).columns([INTEGER]);
      merged.sinkOf(1).columns(other);
      give(0, '1');
      give(1, '2');
      await merged.finish(0);
      give(1, '3');
      await merged.finish(1);
      assert.equal(rows.length, problem ? 1 : 3);
      if (problem) assert.match(merged.problemOf(1) ?? '', problem);
      else assert.equal(merged.problemOf(1), undefined);
    }
  });

  it('takes types that each server numbers itself for the same', async () => {
    const { merged } = merge('a', 'b');
    merged.sinkOf(0).columns([{ name: 'mood', typeOid: 16_401 }]);
    merged.sinkOf(1).columns([{ name: 'mood', typeOid: 24_577 }]);
    await merged.finish(0);
    assert.equal(merged.problemOf(1), undefined);
  });

  it('takes the columns of the first node that has some', async () => {
    const { rows, columns, merged, give } = merge('a', 'b');
    merged.sinkOf(1).columns([INTEGER]);
    give(1, '1');
    await merged.finish(1);
    await merged.finish(0);
    assert.equal(columns.length, 1);
    assert.deepEqual(rows, [['b', '1']]);
  });
});
