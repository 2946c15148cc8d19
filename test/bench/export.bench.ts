import { mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import type { Credentials } from '../../src/postgres/endpoint.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import { textPieces, workbookPieces, writePieces } from '../../src/sql/export/exportFile.ts';
import { csv } from '../../src/sql/export/formats.ts';
import type { Selected } from '../../src/sql/export/portions.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import { ResultFiles } from '../../src/sql/results/resultFiles.ts';
import type { BenchResult } from '../support/bench.ts';
import { median } from '../support/median.ts';
import { makePlainServer } from '../support/plainServer.ts';
import { loneTarget, newRun } from '../support/sql.ts';

const ROWS = Number(process.env['BENCH_ROWS'] ?? 1_000_000);
const ROUNDS = 3;
const MB = 1024 * 1024;

export const name = `Exporting a result of ${ROWS.toLocaleString('en')} rows of 10 values`;

const SELECT = `SELECT g AS id, 'customer ' || g AS name, g * 1.25 AS amount, g % 2 = 0 AS even, now() AS at,
  md5(g::text) AS hash, CASE WHEN g % 3 = 0 THEN NULL ELSE g END AS maybe, '' AS empty, g::float8 / 7 AS ratio,
  current_date + (g % 1000) AS day FROM generate_series(1, ${ROWS}) AS g`;

/** Seconds that psql takes to write it to a file as CSV, the running of the query among them. */
const copyOut = async (
  psql: string,
  { host, port, user, password, database }: Credentials,
  file: string,
): Promise<number> => {
  const command = `\\copy (${SELECT.replaceAll('\n', ' ')}) TO '${file}' WITH (FORMAT csv, HEADER)`;
  const begun = performance.now();
  await execa(psql, ['-X', '-h', host, '-p', String(port), '-U', user, '-d', database, '-c', command], {
    env: { PGPASSWORD: password },
  });
  return (performance.now() - begun) / 1000;
};

/** Megabytes of the process, the most that it had while something was done. */
const mostMemory = async (work: () => Promise<void>): Promise<{ seconds: number; grown: number }> => {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const begun = performance.now();
  await work();
  clearInterval(timer);
  return { seconds: (performance.now() - begun) / 1000, grown: (most - before) / MB };
};

/** By turns, so that both meet the same machine. */
export const run = async (): Promise<BenchResult[]> => {
  const [install] = await localMachine.findInstalls('');
  if (!install) throw new Error('PostgreSQL is not installed.');
  const psql = path.join(install.binDirectory, 'psql');
  const server = await makePlainServer(install, 25820);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'citus-bench-'));
  const target = loneTarget(server.credentials);
  const session = new FileSession(target, 'bench.sql');
  const files = new ResultFiles(folder);
  const exported: Awaited<ReturnType<typeof mostMemory>>[] = [];
  const copied: number[] = [];
  const workbooks: Awaited<ReturnType<typeof mostMemory>>[] = [];
  try {
    await session.open();
    const stored = newRun(session, target, SELECT, undefined, { createFile: files.create });
    await stored.run();
    const [statement] = stored.statements;
    if (statement?.view.rowCount !== ROWS) throw new Error('Not all rows were stored.');
    const { columns } = statement.view;
    const selected: Selected = {
      rows: { window: (first, count) => statement.rows(first, count) },
      first: 0,
      count: ROWS,
      columns: columns.map((_, index) => index),
    };
    const ours = path.join(folder, 'ours.csv');
    const theirs = path.join(folder, 'theirs.csv');
    for (let round = 0; round < ROUNDS; round++) {
      copied.push(await copyOut(psql, server.credentials, theirs));
      const format = csv(columns, { delimiter: ',', header: true, nullText: '' });
      exported.push(await mostMemory(() => writePieces(ours, textPieces(selected, format))));
    }
    // Their lines end with LF, ours with CRLF.
    const difference = (await stat(ours)).size - (await stat(theirs)).size;
    if (difference !== ROWS + 1) throw new Error(`The files differ by ${difference} bytes.`);
    workbooks.push(
      await mostMemory(() => writePieces(path.join(folder, 'ours.xlsx'), workbookPieces(selected, columns))),
    );
    await stored.close();
  } finally {
    await session.close();
    await server.destroy();
    await rm(folder, { recursive: true });
  }
  return [
    {
      label: 'as CSV, against psql \\copy, which runs the query as well',
      value: median(exported.map(({ seconds }) => seconds)),
      unit: 's',
      reference: median(copied),
      limit: 2,
    },
    {
      label: 'memory meanwhile',
      value: Math.max(...exported.map(({ grown }) => grown)),
      unit: 'MB',
      limit: 150,
    },
    { label: 'as an Excel workbook', value: median(workbooks.map(({ seconds }) => seconds)), unit: 's' },
    {
      label: 'memory meanwhile, Excel',
      value: Math.max(...workbooks.map(({ grown }) => grown)),
      unit: 'MB',
      limit: 150,
    },
  ];
};
