import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import type { Arrangement, FilterView, SortView } from '../../../../../src/contract/arrangement.ts';
import type { ColumnView } from '../../../../../src/contract/results.ts';
import { encodeRow, type Row } from '../../../../../src/postgres/dataRows.ts';
import { ArrangedResult } from '../../../../../src/sql/results/arrange/arrangedResult.ts';
import { FilterError } from '../../../../../src/sql/results/arrange/filters.ts';
import { ResultFiles } from '../../../../../src/sql/results/resultFiles.ts';
import { ResultStore } from '../../../../../src/sql/results/resultStore.ts';

/** So small that a few rows fill pages and memory, and most of a result is in a file. */
const SMALL = { page: 300, memory: 600, waiting: 400, window: 1_000_000 };
const OIDS = { text: 25, int8: 20, numeric: 1700, float8: 701, bool: 16, date: 1082, timestamptz: 1184 };

const columnsOf = (...oids: number[]): ColumnView[] =>
  oids.map((typeOid, at) => ({ name: `c${at}`, typeOid, numeric: false }));

describe('arranging a result', () => {
  let folder: string;
  let files: ResultFiles;

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'citus-arrange-'));
    files = new ResultFiles(folder);
  });
  after(() => rm(folder, { recursive: true }));

  const withResult = async (
    rows: readonly Row[],
    use: (result: ArrangedResult, store: ResultStore) => Promise<void>,
  ): Promise<void> => {
    const store = new ResultStore(files.create, SMALL);
    for (const row of rows) await store.append(encodeRow(row), 1);
    await store.written();
    try {
      await use(new ArrangedResult(store), store);
    } finally {
      await store.close();
    }
  };
  /** All rows in an arrangement. */
  const arranged = async (
    rows: readonly Row[],
    columns: readonly ColumnView[],
    how: Partial<Arrangement>,
  ): Promise<Row[]> => {
    let all: Row[] = [];
    await withResult(rows, async (result) => {
      await result.arrange(1, { sort: [], filters: [], ...how }, columns);
      all = await result.window(0, rows.length + 1);
      assert.equal(all.length, result.rowCount);
    });
    return all;
  };

  /** Values of a type, as the server prints them, each with something that JavaScript orders as the server does. */
  const kinds: Record<
    string,
    { oid: number; value: fc.Arbitrary<{ text: string; rank: bigint | number | string }> }
  > = {
    int8: {
      oid: OIDS.int8,
      value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => ({ text: String(n), rank: n })),
    },
    'small numbers': {
      oid: 23,
      value: fc.integer({ min: -20, max: 20 }).map((n) => ({ text: String(n), rank: n })),
    },
    numeric: {
      oid: OIDS.numeric,
      value: fc
        .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 30 }))
        .map(([units, scale]) => {
          const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
          const whole = digits.slice(0, digits.length - scale);
          const fraction = digits.slice(digits.length - scale);
          const text = `${units < 0n ? '-' : ''}${whole}${scale > 0 ? `.${fraction}` : ''}`;
          return { text, rank: units * 10n ** BigInt(30 - scale) };
        }),
    },
    float8: {
      oid: OIDS.float8,
      value: fc
        .oneof(fc.double({ noNaN: true }), fc.constantFrom(Infinity, -Infinity, 0, -0))
        .map((n) => ({ text: Object.is(n, -0) ? '-0' : String(n), rank: n })),
    },
    text: {
      oid: OIDS.text,
      value: fc
        .oneof(
          fc.string({ unit: 'grapheme' }),
          fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 4 }),
          fc.constantFrom('x'.repeat(5000), 'x'.repeat(5000) + 'y', 'x'.repeat(60)),
        )
        .filter((text) => Buffer.from(text).toString() === text && !text.includes('\0'))
        .map((text) => ({ text, rank: Buffer.from(text).toString('latin1') })),
    },
    bool: { oid: OIDS.bool, value: fc.boolean().map((b) => ({ text: b ? 't' : 'f', rank: Number(b) })) },
    date: {
      oid: OIDS.date,
      value: fc
        .date({
          min: new Date('0001-01-01T00:00:00Z'),
          max: new Date('9999-12-31T00:00:00Z'),
          noInvalidDate: true,
        })
        .map((date) => {
          const text = date.toISOString().slice(0, 10);
          return { text, rank: Date.parse(`${text}T00:00:00Z`) };
        }),
    },
  };

  for (const [name, { oid, value }] of Object.entries(kinds)) {
    it(`sorts ${name} as a stable sort in memory does, both ways, with NULLs where PostgreSQL has them`, async () => {
      const values = fc.array(fc.option(value, { freq: 8 }), { maxLength: 120 });
      await fc.assert(
        fc.asyncProperty(values, fc.boolean(), async (cells, descending) => {
          const rows: Row[] = cells.map((cell, at) => [String(at), cell?.text ?? null]);
          const expected = cells
            .map((cell, at) => ({ cell, at }))
            .sort((a, b) => {
              if (!a.cell || !b.cell) {
                const nulls = Number(a.cell === null) - Number(b.cell === null);
                return descending ? -nulls : nulls;
              }
              const order = a.cell.rank < b.cell.rank ? -1 : a.cell.rank > b.cell.rank ? 1 : 0;
              return descending ? -order : order;
            })
            .map(({ at }) => rows[at]!);
          const sort: SortView[] = [{ column: 1, descending }];
          assert.deepEqual(await arranged(rows, columnsOf(OIDS.text, oid), { sort }), expected);
        }),
        { numRuns: 60 },
      );
    });

    it(`filters ${name} as a comparison of each does`, async () => {
      const values = fc.array(fc.option(value, { freq: 8 }), { maxLength: 40 });
      const operators = {
        equals: (n: number) => n === 0,
        differs: (n: number) => n !== 0,
        less: (n: number) => n < 0,
        atMost: (n: number) => n <= 0,
        greater: (n: number) => n > 0,
        atLeast: (n: number) => n >= 0,
      };
      const operator = fc.constantFrom(...(Object.keys(operators) as (keyof typeof operators)[]));
      await fc.assert(
        fc.asyncProperty(values, value, operator, async (cells, wanted, chosen) => {
          const rows: Row[] = cells.map((cell, at) => [String(at), cell?.text ?? null]);
          const expected = rows.filter((_, at) => {
            const cell = cells[at];
            if (!cell) return false;
            return operators[chosen](cell.rank < wanted.rank ? -1 : cell.rank > wanted.rank ? 1 : 0);
          });
          const filters: FilterView[] = [{ column: 1, operator: chosen, value: wanted.text }];
          assert.deepEqual(await arranged(rows, columnsOf(OIDS.text, oid), { filters }), expected);
        }),
        { numRuns: 60 },
      );
    });
  }

  it('sorts thousands of texts that are alike for long, or wholly', async () => {
    const alike = 'the same '.repeat(30);
    const rows: Row[] = Array.from({ length: 9000 }, (_, at) => [
      String(at),
      at % 3 === 0
        ? `short ${(at * 7919) % 100}`
        : `${'x'.repeat(at % 40)}${at % 7 === 0 ? alike : ''}${at % 11}`,
    ]);
    const order = (one: Row, other: Row): number => (one[1]! < other[1]! ? -1 : one[1]! > other[1]! ? 1 : 0);
    const sorted = await arranged(rows, columnsOf(OIDS.text, OIDS.text), {
      sort: [{ column: 1, descending: false }],
    });
    assert.deepEqual(sorted, rows.toSorted(order));
  });

  it('sorts by several columns, the first of which counts most', async () => {
    const row = fc.tuple(fc.constantFrom('a', 'ab', ''), fc.integer({ min: 0, max: 3 }));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 100 }), fc.boolean(), async (pairs, descending) => {
        const rows: Row[] = pairs.map(([text, number], at) => [text, String(number), String(at)]);
        const expected = rows.toSorted(
          (a, b) =>
            (descending ? -1 : 1) * (a[0]! < b[0]! ? -1 : a[0]! > b[0]! ? 1 : 0) ||
            Number(a[1]) - Number(b[1]),
        );
        const sort = [
          { column: 0, descending },
          { column: 1, descending: false },
        ];
        assert.deepEqual(await arranged(rows, columnsOf(OIDS.text, 23, 23), { sort }), expected);
      }),
      { numRuns: 60 },
    );
  });

  it('filters by text in it whatever its case, by NULL, and by several filters at once', async () => {
    const rows: Row[] = [
      ['Straße', '1'],
      ['STRASSE', null],
      [null, '3'],
      ['straßen', '4'],
      ['', '5'],
    ];
    const columns = columnsOf(OIDS.text, 23);
    const filtered = async (...filters: FilterView[]): Promise<Row[]> => arranged(rows, columns, { filters });
    const filter = (column: number, operator: FilterView['operator'], value = ''): FilterView => ({
      column,
      operator,
      value,
    });
    assert.deepEqual(await filtered(filter(0, 'contains', 'sTraß')), [rows[0], rows[3]]);
    assert.deepEqual(await filtered(filter(1, 'isNull')), [rows[1]]);
    assert.deepEqual(await filtered(filter(0, 'isNotNull'), filter(1, 'isNotNull')), [
      rows[0],
      rows[3],
      rows[4],
    ]);
    assert.deepEqual(await filtered(filter(0, 'equals', '')), [rows[4]]);
    assert.deepEqual(await filtered(filter(0, 'contains', 'ß'), filter(1, 'greater', ' 1.5 ')), [rows[3]]);
  });

  it('says what can’t be compared', async () => {
    const filters: FilterView[] = [{ column: 0, operator: 'less', value: 'ten' }];
    await assert.rejects(arranged([['1']], columnsOf(23), { filters }), (error) => {
      assert.ok(error instanceof FilterError);
      assert.match(error.message, /ten.*c0.*a number/);
      return true;
    });
  });

  it('compares a moment without a zone with what the clock showed', async () => {
    const rows: Row[] = [['2024-03-01 12:00:00+01'], ['2024-07-01 12:00:00+02'], ['2024-03-01 11:30:00+00']];
    const columns = columnsOf(OIDS.timestamptz);
    const filtered = (value: string): Promise<Row[]> =>
      arranged(rows, columns, { filters: [{ column: 0, operator: 'atLeast', value }] });
    assert.deepEqual(await filtered('2024-03-01 12:00'), [rows[0], rows[1]]);
    assert.deepEqual(await filtered('2024-03-01 11:30:00Z'), [rows[1], rows[2]]);
  });

  it('has rows by their numbers, keeps the order from before while it makes another, and goes back', async () => {
    const rows: Row[] = Array.from({ length: 500 }, (_, at) => [String((at * 37) % 500)]);
    await withResult(rows, async (result) => {
      assert.equal((await readdir(folder)).length, 1, 'it has a file');
      const sort = [{ column: 0, descending: true }];
      const seen: [number, number][] = [];
      const arranging = result.arrange(7, { sort, filters: [] }, columnsOf(23), {
        progress: (done, total) => seen.push([done, total]),
      });
      assert.equal(result.number, 0);
      assert.deepEqual(await result.window(0, 2), rows.slice(0, 2));
      await arranging;
      assert.equal(result.number, 7);
      assert.ok(seen.every(([done, total]) => done <= total && total === 500));
      assert.deepEqual(await result.window(498, 10), [['1'], ['0']]);
      assert.deepEqual(result.rowNumbers(499, 10), [0]);
      await result.arrange(8, { sort: [], filters: [] }, columnsOf(23));
      assert.deepEqual(await result.window(0, 3), rows.slice(0, 3));
      assert.deepEqual(result.rowNumbers(498, 10), [498, 499]);
    });
  });

  it('stops when asked to, and shows the rows as before', async () => {
    const rows: Row[] = Array.from({ length: 50_000 }, (_, at) => [String(at)]);
    const store = new ResultStore(files.create);
    await store.append(Buffer.concat(rows.map(encodeRow)), rows.length);
    const result = new ArrangedResult(store);
    const stop = new AbortController();
    const arranging = result.arrange(
      1,
      { sort: [{ column: 0, descending: true }], filters: [] },
      columnsOf(23),
      {
        signal: stop.signal,
        progress: () => {
          stop.abort();
        },
      },
    );
    await assert.rejects(arranging, { name: 'AbortError' });
    assert.equal(result.number, 0);
    assert.deepEqual(await result.window(0, 1), [['0']]);
    await store.close();
  });

  it('finds the next text in any order, forwards and backwards, and counts all', async () => {
    const cell = fc.option(fc.string({ unit: fc.constantFrom('a', 'B', 'é', 'É'), maxLength: 3 }));
    const row = fc.array(cell, { minLength: 3, maxLength: 3 });
    const cases = fc.record({
      rows: fc.array(row, { minLength: 1, maxLength: 60 }),
      text: fc.constantFrom('a', 'b', 'É', 'ab', 'zz'),
      matchCase: fc.boolean(),
      columns: fc.constantFrom([0, 1, 2], [2, 0], [1]),
      backwards: fc.boolean(),
      sorted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.nat(),
        async ({ rows, text, matchCase, columns, backwards, sorted }, seed) => {
          await withResult(rows, async (result) => {
            const how = { sort: sorted ? [{ column: 1, descending: true }] : [], filters: [] };
            await result.arrange(1, how, columnsOf(25, 25, 25));
            const shown = await result.window(0, rows.length);
            const fold = (value: string): string => (matchCase ? value : value.toLowerCase());
            const cells = shown.flatMap((values, at) =>
              columns.map((column) => ({ row: at, column, value: values[column] ?? '' })),
            );
            const matching = cells.map(({ value }) => fold(value).includes(fold(text)));
            const begin = seed % cells.length;
            const step = backwards ? cells.length - 1 : 1;
            let expected: { row: number; column: number } | undefined;
            for (let n = 1, at = begin; n <= cells.length && !expected; n++) {
              at = (at + step) % cells.length;
              if (matching[at]) expected = { row: cells[at]!.row, column: cells[at]!.column };
            }
            const found = await result.find(
              { text, matchCase, columns },
              { from: cells[begin]!, backwards, inclusive: false },
            );
            assert.deepEqual(found, { match: expected, count: matching.filter(Boolean).length });
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('finds and counts only what filters leave', async () => {
    const rows: Row[] = [
      ['one', '1'],
      ['one', '2'],
      ['two', '3'],
      ['one', '4'],
    ];
    await withResult(rows, async (result) => {
      await result.arrange(
        1,
        { sort: [], filters: [{ column: 1, operator: 'greater', value: '1' }] },
        columnsOf(25, 23),
      );
      const search = { text: 'ONE', matchCase: false, columns: [0, 1] };
      const from = { row: 0, column: 0 };
      assert.deepEqual(await result.find(search, { from, backwards: false, inclusive: true }), {
        match: { row: 0, column: 0 },
        count: 2,
      });
      assert.deepEqual(await result.find(search, { from, backwards: false, inclusive: false }), {
        match: { row: 2, column: 0 },
        count: 2,
      });
    });
  });
});
