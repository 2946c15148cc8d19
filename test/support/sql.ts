import os from 'node:os';
import path from 'node:path';
import type { RunView } from '../../src/contract/results.ts';
import type { StandbyWrites, TransactionMode } from '../../src/contract/settings.ts';
import type { Credentials } from '../../src/postgres/endpoint.ts';
import type { ResultLimits } from '../../src/postgres/resultLimits.ts';
import { connect, type Session } from '../../src/postgres/session.ts';
import type { Ask } from '../../src/sql/psql/ask.ts';
import type { FileSession } from '../../src/sql/run/fileSession.ts';
import type { ExplainWay } from '../../src/sql/plan/explain.ts';
import { type CreateResultFile, ResultFiles } from '../../src/sql/results/resultFiles.ts';
import { SqlRun } from '../../src/sql/run/run.ts';
import type { RunStatement } from '../../src/sql/run/runStatement.ts';
import { split } from '../../src/sql/splitter/splitter.ts';
import type { Target } from '../../src/sql/run/target.ts';

/** A server that stands alone, as a target. */
export const loneTarget = (credentials: Credentials): Target => ({
  clusterName: 'lone',
  nodeName: 'server',
  role: (session: Session) => (session.inHotStandby ? 'standby' : 'primary'),
  connect: (applicationName, signal) => connect(credentials, { applicationName, ...(signal && { signal }) }),
  findPrimary: () => Promise.resolve(undefined),
  mayHavePrimary: () => Promise.resolve(false),
  whyNoPrimary: () => Promise.resolve('server stands alone'),
  workers: [],
  elsewhere: ({ database, node }) =>
    node === undefined || node === 'server'
      ? loneTarget({ ...credentials, database: database ?? credentials.database })
      : undefined,
});

const testFiles = new ResultFiles(path.join(os.tmpdir(), 'citus-test-results'));

/** A run of a whole text that hasn't begun. */
export const newRun = (
  connection: FileSession,
  target: Target,
  text: string,
  changed?: (statement: RunStatement) => void,
  {
    standbyWrites = 'ask',
    transactions = 'auto',
    statementTimeout = 0,
    createFile = testFiles.create,
    limits = { rows: 0, bytes: 0 },
    explain,
    ask = () => Promise.resolve(undefined),
    path: file,
  }: {
    standbyWrites?: StandbyWrites;
    transactions?: TransactionMode;
    statementTimeout?: number;
    createFile?: CreateResultFile;
    limits?: ResultLimits;
    explain?: ExplainWay | undefined;
    ask?: Ask;
    /** Where the text would be a file. */
    path?: string;
  } = {},
): SqlRun =>
  new SqlRun(
    {
      id: 1,
      file: 'test.sql',
      pieces: split(text),
      wholeFile: true,
      source: { name: 'test.sql', text, ...(file !== undefined && { path: file }) },
      standbyWrites: () => standbyWrites,
      limits: () => limits,
      transactions: () => transactions,
      statementTimeout,
      ...(explain && { explain }),
      ask,
    },
    connection,
    target,
    createFile,
    changed,
  );

/** `done SELECT 1`, `failed 42P01`, `skipped`: how each statement went. */
export const outcomes = (view: RunView): string[] =>
  view.statements.map(({ state, commandTag, failure }) =>
    [state, commandTag ?? failure?.code].filter((word) => word !== undefined && word !== '').join(' '),
  );
