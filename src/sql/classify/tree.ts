import { qualifiedName, quoteIdentifier } from '../../postgres/identifier.ts';
import type { SyntaxTree } from './parser.ts';

/** A name as it is written: in lower case unless quoted, with a schema only where the text has one. */
export interface WrittenName {
  readonly schema?: string;
  readonly name: string;
}

/** A name as SQL needs it, quoted. */
export const quotedName = ({ schema, name }: WrittenName): string =>
  schema === undefined ? quoteIdentifier(name) : qualifiedName({ schema, name });

/** What is found anywhere in a statement, in what it contains too (CTEs, subqueries). */
export interface Findings {
  readonly written: readonly WrittenName[];
  readonly read: readonly WrittenName[];
  readonly functions: readonly WrittenName[];
  /** Greatest number of a parameter `$n`; 0 without any. */
  readonly parameters: number;
  readonly locksRows: boolean;
  /** Whether it makes a table of a query's rows, `SELECT … INTO`. */
  readonly makesTable: boolean;
  readonly makesTemporary: boolean;
  /** Settings with a dot in their name that it sets by SET or `set_config`. */
  readonly ownSettings: readonly string[];
}

const WRITES = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

/** Walks through a statement's tree and gathers what matters to where it may run. */
export const find = (tree: SyntaxTree): Findings => {
  const written: WrittenName[] = [];
  const ranges: WrittenName[] = [];
  const functions: WrittenName[] = [];
  const ctes = new Set<string>();
  let parameters = 0;
  let locksRows = false;
  let makesTable = false;
  let makesTemporary = false;
  const ownSettings = new Set<string>();
  const sets = (name: unknown): void => {
    if (typeof name === 'string' && name.includes('.')) ownSettings.add(name);
  };

  const visit = (tag: string, value: unknown): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(tag, each);
      return;
    }
    if (!isNode(value)) return;
    const { relname, ctename } = value;
    if (typeof relname === 'string') {
      ranges.push(nameOf(value['schemaname'], relname));
      if (value['relpersistence'] === 't') makesTemporary = true;
    }
    if (typeof ctename === 'string') ctes.add(ctename);
    if (tag === 'FuncCall') {
      const called = lastNames(value['funcname']);
      functions.push(called);
      if (called.name === 'set_config') sets(literalOf(value['args']));
    }
    if (tag === 'VariableSetStmt') sets(value['name']);
    if (tag === 'ParamRef') parameters = Math.max(parameters, numberOf(value['number']));
    if (tag === 'LockingClause') locksRows = true;
    if (tag === 'intoClause') makesTable = true;
    for (const [key, child] of Object.entries(value)) {
      if (key === 'relation' && WRITES.has(tag)) written.push(rangeName(child));
      else visit(key, child);
    }
  };
  visit('', tree);
  return {
    written: distinct(written),
    read: distinct(ranges.filter(({ schema, name }) => schema !== undefined || !ctes.has(name))),
    functions: distinct(functions),
    parameters,
    locksRows,
    makesTable,
    makesTemporary,
    ownSettings: [...ownSettings],
  };
};

export const isNode = (value: unknown): value is SyntaxTree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name that a RangeVar stands for. */
export const rangeName = (value: unknown): WrittenName => {
  const range = isNode(value) ? value : {};
  return nameOf(range['schemaname'], textOf(range['relname']));
};

/** A list's one node's content, of a node that is wrapped in its type: `{ RangeVar: { … } }`. */
export const unwrap = (value: unknown): unknown => (isNode(value) ? Object.values(value)[0] : undefined);

/** Schema and name of a list of Strings, of which a third one, in front, is the database. */
const lastNames = (value: unknown): WrittenName => {
  const parts = (Array.isArray(value) ? value : []).map((part) => {
    const content = unwrap(part);
    return isNode(content) ? textOf(content['sval']) : '';
  });
  return nameOf(parts.at(-2), parts.at(-1) ?? '');
};

/** The text of the first of a call's arguments, where that is written out. */
const literalOf = (args: unknown): unknown => {
  const constant = unwrap(Array.isArray(args) ? args[0] : undefined);
  const text = isNode(constant) ? constant['sval'] : undefined;
  return isNode(text) ? text['sval'] : undefined;
};

const nameOf = (schema: unknown, name: string): WrittenName => ({
  ...(typeof schema === 'string' && { schema }),
  name,
});

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

const distinct = (names: readonly WrittenName[]): WrittenName[] => [
  ...new Map(names.map((name) => [`${name.schema ?? ''}.${name.name}`, name])).values(),
];
