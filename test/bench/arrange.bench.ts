import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import type { Credentials } from '../../src/postgres/endpoint.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import { ResultFiles } from '../../src/sql/results/resultFiles.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import type { RunStatement } from '../../src/sql/run/runStatement.ts';
import type { BenchResult } from '../support/bench.ts';
import { median } from '../support/median.ts';
import { makePlainServer } from '../support/plainServer.ts';
import { loneTarget, newRun } from '../support/sql.ts';

const ROWS = Number(process.env['BENCH_ROWS'] ?? 1_000_000);
const ROUNDS = 3;
const MB = 1024 * 1024;

export const name = `Arranging a result of ${ROWS.toLocaleString('en')} rows of 10 values`;

const MAKE = `CREATE TABLE shuffled AS SELECT g AS id, 'customer ' || hashint4(g) AS name, hashint4(g) * 1.25 AS amount,
  g % 2 = 0 AS even, now() AS at, md5(g::text) AS hash, CASE WHEN g % 3 = 0 THEN NULL ELSE g END AS maybe,
  '' AS empty, g::float8 / 7 AS ratio, current_date + (g % 1000) AS day
  FROM generate_series(1, ${ROWS}) AS g`;
const SELECT = 'SELECT * FROM shuffled';

/** What is sorted by, as SQL and as a column. */
const sorts = {
  'a number': { column: 2, orderBy: 'amount' },
  'a text that begins alike': { column: 1, orderBy: 'name COLLATE "C"' },
  'a text': { column: 5, orderBy: 'hash COLLATE "C"' },
};

/** Seconds that psql takes to print it to nowhere. */
const print = async (
  psql: string,
  { host, port, user, password, database }: Credentials,
  sql: string,
): Promise<number> => {
  const begun = performance.now();
  await execa(psql, ['-XAt', '-h', host, '-p', String(port), '-U', user, '-d', database, '-c', sql], {
    env: { PGPASSWORD: password },
    stdout: 'ignore',
  });
  return (performance.now() - begun) / 1000;
};

/** Does something, and tells how long it took, s, and the longest that nothing else could run meanwhile, ms. */
const watched = async (work: () => Promise<unknown>): Promise<{ seconds: number; stalled: number }> => {
  const begun = performance.now();
  let last = begun;
  let stalled = 0;
  const look = (): void => {
    const now = performance.now();
    stalled = Math.max(stalled, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  await work();
  look();
  clearInterval(timer);
  return { seconds: (performance.now() - begun) / 1000, stalled };
};

const residentMegabytes = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().rss / MB;
};

export const run = async (): Promise<BenchResult[]> => {
  const [install] = await localMachine.findInstalls('');
  if (!install) throw new Error('PostgreSQL is not installed.');
  const psql = path.join(install.binDirectory, 'psql');
  const server = await makePlainServer(install, 25820);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'citus-bench-'));
  const target = loneTarget(server.credentials);
  const file = new FileSession(target, 'bench.sql');
  const results: BenchResult[] = [];
  try {
    await file.open();
    await print(psql, server.credentials, MAKE);
    const storing = newRun(file, target, SELECT, undefined, { createFile: new ResultFiles(folder).create });
    await storing.run();
    const [statement] = storing.statements;
    if (statement?.view.rowCount !== ROWS) throw new Error('Not all rows were stored.');
    const before = residentMegabytes();
    let most = before;
    for (const [what, sort] of Object.entries(sorts)) {
      const { figures, stalled } = await measure(statement, psql, server.credentials, sort);
      most = Math.max(most, residentMegabytes());
      results.push(
        {
          label: `sorting by ${what}, against psql’s ORDER BY to /dev/null`,
          value: median(figures.map(([sorting]) => sorting)),
          unit: 's',
          reference: median(figures.map(([, printing]) => printing)),
          limit: 1,
        },
        { label: `sorting by ${what}, longest stall`, value: stalled, unit: 'ms' },
      );
    }
    results.push({ label: 'memory of the process after it', value: most - before, unit: 'MB', limit: 64 });
    const finding = await watched(() =>
      statement.arranged.find(
        { text: 'no such text', matchCase: false, columns: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
        { from: { row: 0, column: 0 }, backwards: false, inclusive: true },
      ),
    );
    results.push(
      { label: 'finding that a text is nowhere', value: finding.seconds, unit: 's' },
      { label: 'finding that a text is nowhere, longest stall', value: finding.stalled, unit: 'ms' },
    );
    const reading = await watched(async () => {
      for (let first = 0; first < 20_000; first += 2_000) await statement.rows(first, 2_000);
    });
    results.push({ label: 'reading 20,000 sorted rows', value: reading.seconds, unit: 's' });
    await storing.close();
  } finally {
    await file.close();
    await server.destroy();
    await rm(folder, { recursive: true });
  }
  return results;
};

/** By turns, so that both meet the same machine. */
const measure = async (
  statement: RunStatement,
  psql: string,
  credentials: Credentials,
  { column, orderBy }: { column: number; orderBy: string },
): Promise<{ figures: [sorting: number, printing: number][]; stalled: number }> => {
  const figures: [number, number][] = [];
  let stalled = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const printing = await print(psql, credentials, `${SELECT} ORDER BY ${orderBy}`);
    const sort = [{ column, descending: round % 2 === 1 }];
    const sorting = await watched(() => statement.arrange(round + 1, { sort, filters: [] }));
    figures.push([sorting.seconds, printing]);
    stalled = Math.max(stalled, sorting.stalled);
  }
  return { figures, stalled };
};
