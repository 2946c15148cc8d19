import { connect } from '../../src/postgres/session.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import { citus } from '../../src/sharding/citus/citus.ts';
import { loadCatalog } from '../../src/sql/catalog/loadCatalog.ts';
import { loadDetails } from '../../src/sql/catalog/loadDetails.ts';
import { complete } from '../../src/sql/completion/complete.ts';
import { split } from '../../src/sql/splitter/splitter.ts';
import type { BenchResult } from '../support/bench.ts';
import { median } from '../support/median.ts';
import { makePlainServer } from '../support/plainServer.ts';

const TABLES = 10_000;
const MEGABYTES = 5;
const ROUNDS = 11;

export const name = `Completion in a file of ${MEGABYTES} MB, with ${TABLES.toLocaleString('en')} tables`;

const LINE = "INSERT INTO table_1 (id, a, b) VALUES (1, 'some text', 2);\n";
const MAKE_TABLES = (from: number, to: number): string => `DO $$ BEGIN
  FOR i IN ${from}..${to} LOOP EXECUTE format('CREATE TABLE table_%s (id bigint, a text, b int)', i); END LOOP;
END $$`;
/** More tables need more locks than one transaction has. */
const BATCH = 500;

/** Milliseconds, the median of some rounds. */
const timed = async (work: () => unknown): Promise<number> => {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return median(times);
};

export const run = async (): Promise<BenchResult[]> => {
  const [install] = await localMachine.findInstalls('');
  if (!install) throw new Error('PostgreSQL is not installed.');
  const server = await makePlainServer(install, 25820);
  try {
    const session = await connect(server.credentials, { applicationName: 'bench' });
    for (let from = 0; from < TABLES; from += BATCH) await session.run(MAKE_TABLES(from, from + BATCH - 1));
    const catalog = await loadCatalog(session, citus);
    const loading = await timed(() => loadCatalog(session, citus));
    const tables = catalog.relations.filter(({ schema }) => schema === 'public');
    const oids = tables.slice(0, 3).map(({ oid }) => oid);
    const details = await loadDetails(session, oids);
    const looking = await timed(() => loadDetails(session, oids));
    await session.close();

    const half = LINE.repeat((MEGABYTES * 500_000) / LINE.length);
    const [first, second] = [tables[0]?.name ?? '', tables[1]?.name ?? ''];
    const knowledge = {
      catalog,
      searchPath: catalog.searchPath,
      details: (oid: number) => details.get(oid),
      functionDocs: citus.functionDocs,
    };
    const typing = (before: string, behind: string): Promise<number> => {
      const source = `${half}${before}${behind};\n${half}`;
      const pieces = split(source);
      return timed(() => complete(source, pieces, half.length + before.length, knowledge));
    };
    const rest = ` FROM ${first} x JOIN ${second} y USING (id)`;
    return [
      { label: 'columns of an alias', value: await typing('SELECT x.', rest), unit: 'ms', limit: 20 },
      { label: 'an expression', value: await typing('SELECT c', rest), unit: 'ms', limit: 20 },
      { label: 'a table', value: await typing('SELECT * FROM t', ''), unit: 'ms', limit: 20 },
      { label: 'loading the catalog', value: loading, unit: 'ms' },
      { label: 'loading the columns of 3 tables', value: looking, unit: 'ms' },
    ];
  } finally {
    await server.destroy();
  }
};
