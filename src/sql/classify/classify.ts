import { loadParser, type SyntaxTree } from './parser.ts';
import { isReadingFunction } from './readingFunctions.ts';
import { type Findings, find, isNode, rangeName, unwrap, type WrittenName } from './tree.ts';

/**
 * What a statement is by its syntax.
 * - `read`: writes nothing; - `call`: a query whose functions may write; - `lock`: locks rows or tables;
 * - `write`: INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY FROM, wherever in the statement; - `ddl`: changes definitions;
 * - `transaction`: begins or ends one; - `utility`: anything else; - `unknown`: not PostgreSQL as the parser knows it.
 */
export type StatementKind =
  'read' | 'call' | 'lock' | 'write' | 'ddl' | 'transaction' | 'utility' | 'unknown';

/** A statement's class, from its text alone. */
export interface StatementClass {
  readonly kind: StatementKind;
  /** Whether it could change anything in the database: false only where it surely can't. */
  readonly mayWrite: boolean;
  /** Tables whose rows it writes. */
  readonly written: readonly WrittenName[];
  /** Tables that it names besides. */
  readonly read: readonly WrittenName[];
  readonly functions: readonly WrittenName[];
  /** Greatest number of its parameters `$n`; 0 without any. */
  readonly parameters: number;
  /** Rows that an INSERT has in its VALUES. */
  readonly rows?: number;
  /** Whether it has a plan: EXPLAIN takes it. */
  readonly hasPlan: boolean;
  /** Whether it matters to the connection that runs it only, so that another one can't run it in its place. */
  readonly boundToConnection: boolean;
  /**
   * Whether a part of it may have taken effect although it was refused: procedures and blocks commit on their way, and
   * some functions write on other nodes outside of the transaction.
   */
  readonly mayBeHalfDone: boolean;
  /** How it ends a transaction, or goes back in it: a transaction that has failed takes nothing else. */
  readonly ends?: 'commit' | 'rollback';
  /** Whether it asks for a transaction that may write, whatever the connection's default is. */
  readonly asksToWrite: boolean;
  /** Settings with a dot in their name that it sets, as the user's own have (`app.tenant`). */
  readonly ownSettings: readonly string[];
}

/**
 * How the names of functions begin that reach other servers outside of the transaction (Citus manual, "Utility
 * Functions"; dblink), as a regular expression that PostgreSQL reads as JavaScript does.
 */
export const BESIDE_TRANSACTION = 'run_command_on_|dblink';
const BESIDE = new RegExp(`^(${BESIDE_TRANSACTION})`);

/** Whether a rollback doesn't undo what a function does, because it does that on other servers outside of the transaction. */
export const worksBesideTransaction = ({ name }: WrittenName): boolean => BESIDE.test(name);

/** Classes are asked for again and again while a file is looked at. */
const MOST_KEPT = 5000;
const kept = new Map<string, StatementClass>();

/**
 * Tells what a statement is, by PostgreSQL's own grammar. Text that it doesn't know, such as newer syntax, is
 * `unknown`, and taken for what could do most harm.
 * @param sql one statement
 */
export const classify = async (sql: string): Promise<StatementClass> => {
  const known = kept.get(sql);
  if (known) return known;
  const parse = await loadParser();
  const found = classOf(sql, parse);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(sql, found);
  return found;
};

const NOTHING: StatementClass = {
  kind: 'utility',
  mayWrite: false,
  written: [],
  read: [],
  functions: [],
  parameters: 0,
  hasPlan: false,
  boundToConnection: false,
  mayBeHalfDone: false,
  asksToWrite: false,
  ownSettings: [],
};

const UNKNOWN: StatementClass = { ...NOTHING, kind: 'unknown', mayWrite: true, mayBeHalfDone: true };

const classOf = (sql: string, parse: (sql: string) => readonly SyntaxTree[]): StatementClass => {
  let trees: readonly SyntaxTree[];
  try {
    trees = parse(sql);
  } catch {
    return UNKNOWN;
  }
  const [tree] = trees;
  if (!tree) return NOTHING;
  return trees.length > 1 ? UNKNOWN : ofTree(tree);
};

const ofTree = (tree: SyntaxTree): StatementClass => {
  const [tag = ''] = Object.keys(tree);
  const content = unwrap(tree);
  const node = isNode(content) ? content : {};
  const found = find(tree);
  const common = { ...NOTHING, ...parts(found) };
  switch (tag) {
    case 'SelectStmt':
      return ofQuery(found, common);
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt': {
      const rows = tag === 'InsertStmt' ? valuesRows(node) : undefined;
      return { ...asWrite(common), hasPlan: true, ...(rows !== undefined && { rows }) };
    }
    case 'TruncateStmt':
      return { ...asWrite(common), written: common.read, read: [] };
    case 'CopyStmt':
      return ofCopy(node, common);
    case 'ExplainStmt':
      return ofExplain(node, common);
    case 'DeclareCursorStmt':
      return { ...ofQuery(found, common), hasPlan: false, boundToConnection: true };
    case 'FetchStmt':
      return { ...NOTHING, kind: 'read', boundToConnection: true };
    case 'CallStmt':
    case 'DoStmt':
      return { ...common, mayWrite: true, mayBeHalfDone: true };
    case 'ExecuteStmt':
      return { ...common, mayWrite: true, boundToConnection: true };
    case 'LockStmt':
      return { ...common, kind: 'lock', boundToConnection: true };
    case 'TransactionStmt':
      return ofTransaction(node);
    case 'VariableSetStmt':
      return {
        ...NOTHING,
        asksToWrite: setsReadWrite(node),
        boundToConnection: true,
        ownSettings: found.ownSettings,
      };
    case 'ListenStmt':
    case 'UnlistenStmt':
    case 'PrepareStmt':
    case 'DeallocateStmt':
    case 'ClosePortalStmt':
    case 'DiscardStmt':
    case 'ConstraintsSetStmt':
    case 'LoadStmt':
      return { ...NOTHING, boundToConnection: true };
    case 'VariableShowStmt':
    case 'CheckPointStmt':
      return NOTHING;
    case 'VacuumStmt':
    case 'NotifyStmt':
    case 'AlterSystemStmt':
      return { ...common, mayWrite: true };
    default:
      return asDdl(common, found);
  }
};

const parts = ({
  written,
  read,
  functions,
  parameters,
  ownSettings,
}: Findings): Pick<
  StatementClass,
  'written' | 'read' | 'functions' | 'parameters' | 'mayBeHalfDone' | 'ownSettings'
> => ({
  written,
  read,
  functions,
  parameters,
  ownSettings,
  mayBeHalfDone: functions.some(worksBesideTransaction),
});

const asWrite = (common: StatementClass): StatementClass => ({
  ...common,
  kind: 'write',
  mayWrite: true,
  boundToConnection: common.written.some(({ schema }) => schema === 'pg_temp'),
});

const asDdl = (common: StatementClass, { makesTemporary }: Findings): StatementClass => ({
  ...common,
  kind: 'ddl',
  mayWrite: true,
  boundToConnection: makesTemporary,
});

const ofQuery = (found: Findings, common: StatementClass): StatementClass => {
  if (found.makesTable) return asDdl(common, found);
  if (found.written.length > 0) return { ...asWrite(common), hasPlan: true };
  const calls = found.functions.some((name) => !isReadingFunction(name));
  const kind = found.locksRows ? 'lock' : calls ? 'call' : 'read';
  return { ...common, kind, mayWrite: calls, hasPlan: true };
};

const valuesRows = (insert: SyntaxTree): number | undefined => {
  const select = unwrap(insert['selectStmt']);
  const values = isNode(select) ? select['valuesLists'] : undefined;
  return Array.isArray(values) ? values.length : undefined;
};

const ofCopy = (copy: SyntaxTree, common: StatementClass): StatementClass => {
  if (copy['is_from'] === true)
    return { ...asWrite(common), written: [rangeName(copy['relation'])], read: [] };
  const query = copy['query'];
  const inner = isNode(query) ? ofTree(query) : { ...common, kind: 'read' as const };
  // A file or a program of the server's.
  return { ...inner, hasPlan: false, mayWrite: inner.mayWrite || typeof copy['filename'] === 'string' };
};

/** @param explain the parser's `ExplainStmt` */
const ofExplain = (explain: SyntaxTree, common: StatementClass): StatementClass => {
  const query = explain['query'];
  const inner = isNode(query) ? ofTree(query) : common;
  if (measures(explain)) return { ...inner, hasPlan: false };
  const mayWrite = planningMayWrite(inner);
  return {
    ...common,
    kind: mayWrite ? 'call' : 'read',
    mayWrite,
    written: [],
    read: [...common.written, ...common.read],
    hasPlan: false,
  };
};

/** Whether a statement may write although it is only planned: Citus evaluates functions in the VALUES of an INSERT. */
export const planningMayWrite = ({ rows, functions }: StatementClass): boolean =>
  rows !== undefined && functions.some((name) => !isReadingFunction(name));

/**
 * Whether an EXPLAIN runs its statement: it has ANALYZE, which isn't switched off.
 * @param explain the parser's `ExplainStmt`
 */
export const measures = (explain: SyntaxTree): boolean => {
  const options = explain['options'];
  const analyze = (Array.isArray(options) ? options : []).map(unwrap).findLast((option) => {
    return isNode(option) && option['defname'] === 'analyze';
  });
  return isNode(analyze) && isOn(analyze['arg']);
};

/** The value of a Boolean option (PostgreSQL's defGetBoolean); absent it is on. */
const isOn = (arg: unknown): boolean => {
  const value = unwrap(arg);
  if (!isNode(value)) return arg === undefined;
  const { sval, ival, boolval } = value;
  if (typeof sval === 'string') return /^(true|on)$/i.test(sval);
  return ival === 1 || boolval === true;
};

const ofTransaction = (node: SyntaxTree): StatementClass => {
  const transaction: StatementClass = { ...NOTHING, kind: 'transaction', boundToConnection: true };
  switch (node['kind']) {
    case 'TRANS_STMT_COMMIT':
    case 'TRANS_STMT_PREPARE':
      return { ...transaction, ends: 'commit' };
    case 'TRANS_STMT_ROLLBACK':
    case 'TRANS_STMT_ROLLBACK_TO':
      return { ...transaction, ends: 'rollback' };
    case 'TRANS_STMT_COMMIT_PREPARED':
    case 'TRANS_STMT_ROLLBACK_PREPARED':
      return { ...transaction, mayWrite: true };
    default:
      return { ...transaction, asksToWrite: optionsAskToWrite(node['options']) };
  }
};

/**
 * `SET default_transaction_read_only = off`, `SET TRANSACTION READ WRITE` and their like. RESET brings back what the
 * connection was opened with. Names of settings are alike in either case, even quoted.
 */
const setsReadWrite = (node: SyntaxTree): boolean => {
  if (node['kind'] === 'VAR_SET_MULTI') return optionsAskToWrite(node['args']);
  if (node['kind'] !== 'VAR_SET_VALUE') return false;
  return /^(default_)?transaction_read_only$/i.test(String(node['name'])) && !setsOn(node);
};

const setsOn = (node: SyntaxTree): boolean => {
  const args = node['args'];
  const value = Array.isArray(args) ? unwrap(args[0]) : undefined;
  if (!isNode(value)) return false;
  const { sval, ival } = value;
  const word = isNode(sval) ? String(sval['sval']) : '';
  return /^(on|true|yes|1|t|y)$/i.test(word) || (isNode(ival) && ival['ival'] === 1);
};

/** `READ WRITE` among a transaction's modes: transaction_read_only = 0, where an absent number is 0. */
const optionsAskToWrite = (options: unknown): boolean =>
  (Array.isArray(options) ? options : []).some((each) => {
    const option = unwrap(each);
    if (!isNode(option) || option['defname'] !== 'transaction_read_only') return false;
    const arg = unwrap(option['arg']);
    const ival = isNode(arg) && isNode(arg['ival']) ? arg['ival']['ival'] : undefined;
    return ival !== 1;
  });
