import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import type { Credentials } from '../../src/postgres/endpoint.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import { ResultFiles } from '../../src/sql/results/resultFiles.ts';
import type { BenchResult } from '../support/bench.ts';
import { median } from '../support/median.ts';
import { makePlainServer } from '../support/plainServer.ts';
import { loneTarget, newRun } from '../support/sql.ts';

const ROWS = Number(process.env['BENCH_ROWS'] ?? 1_000_000);
const ROUNDS = 3;
const MB = 1024 * 1024;

export const name = `Storing a result of ${ROWS.toLocaleString('en')} rows of 10 values`;

const SELECT = `SELECT g AS id, 'customer ' || g AS name, g * 1.25 AS amount, g % 2 = 0 AS even, now() AS at,
  md5(g::text) AS hash, CASE WHEN g % 3 = 0 THEN NULL ELSE g END AS maybe, '' AS empty, g::float8 / 7 AS ratio,
  current_date + (g % 1000) AS day FROM generate_series(1, ${ROWS}) AS g`;

/** Seconds that psql takes to print it to nowhere. */
const print = async (
  psql: string,
  { host, port, user, password, database }: Credentials,
): Promise<number> => {
  const begun = performance.now();
  await execa(psql, ['-XAt', '-h', host, '-p', String(port), '-U', user, '-d', database, '-c', SELECT], {
    env: { PGPASSWORD: password },
    stdout: 'ignore',
  });
  return (performance.now() - begun) / 1000;
};

/** Megabytes that the process has, by two counts: what V8 knows of, and what the system gave. */
const memory = (): { known: number; resident: number } => {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  // `external` has the ArrayBuffers in it.
  return { known: (heapUsed + external) / MB, resident: rss / MB };
};

/** By turns, so that both meet the same machine. */
export const run = async (): Promise<BenchResult[]> => {
  const [install] = await localMachine.findInstalls('');
  if (!install) throw new Error('PostgreSQL is not installed.');
  const psql = path.join(install.binDirectory, 'psql');
  const server = await makePlainServer(install, 25810);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'citus-bench-'));
  const target = loneTarget(server.credentials);
  const file = new FileSession(target, 'bench.sql');
  const times: [stored: number, printed: number][] = [];
  const grown: ReturnType<typeof memory>[] = [];
  try {
    await file.open();
    for (let round = 0; round < ROUNDS; round++) {
      const printed = await print(psql, server.credentials);
      const before = memory();
      const storing = newRun(file, target, SELECT, undefined, {
        createFile: new ResultFiles(folder).create,
      });
      const begun = performance.now();
      await storing.run();
      times.push([(performance.now() - begun) / 1000, printed]);
      if (storing.view.statements[0]?.rowCount !== ROWS) throw new Error('Not all rows were stored.');
      const after = memory();
      grown.push({ known: after.known - before.known, resident: after.resident - before.resident });
      await storing.close();
    }
  } finally {
    await file.close();
    await server.destroy();
    await rm(folder, { recursive: true });
  }
  return [
    {
      label: 'storing it, against psql -At to /dev/null',
      value: median(times.map(([stored]) => stored)),
      unit: 's',
      reference: median(times.map(([, printed]) => printed)),
      limit: 1,
    },
    {
      label: 'memory that V8 knows of',
      value: Math.max(...grown.map(({ known }) => known)),
      unit: 'MB',
      limit: 64,
    },
    {
      label: 'memory of the process',
      value: Math.max(...grown.map(({ resident }) => resident)),
      unit: 'MB',
      limit: 64,
    },
  ];
};
