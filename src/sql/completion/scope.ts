import type { Catalog, Column, Relation, RelationDetails } from '../catalog/catalog.ts';
import type { Block, CommonTable, Source } from './queryBlocks.ts';
import { isName, nameOf, type SqlToken } from './tokens.ts';

/** What completion knows of a database. */
export interface Knowledge {
  /** Undefined where nothing was loaded yet. */
  readonly catalog: Catalog | undefined;
  /** Schemas that the file's session looks for names in. */
  readonly searchPath: readonly string[];
  /** Columns and keys of a relation; undefined where they weren't loaded yet. */
  details(oid: number): RelationDetails | undefined;
}

/** A column that can be named at a place. */
export interface ScopeColumn {
  readonly name: string;
  /** Absent where only the server could tell. */
  readonly column?: Column;
  readonly isDistribution: boolean;
}

/** Something with columns that can be named at a place. */
export interface ScopeSource {
  /** What columns are qualified with; undefined for a subquery without an alias. */
  readonly name: string | undefined;
  readonly alias: string | undefined;
  readonly relation?: Relation;
  readonly columns: readonly ScopeColumn[];
  /** 0 for those of the query itself, 1 for those around it, … */
  readonly depth: number;
  readonly at: number;
}

/** Finds out what columns there are where. Relations whose columns it lacked are noted in `missing`. */
export class Scope {
  readonly missing = new Set<number>();
  readonly #tokens: readonly SqlToken[];
  readonly #knowledge: Knowledge;
  /** Common tables whose columns are being looked for: they may name themselves. */
  readonly #open = new Set<CommonTable>();

  constructor(tokens: readonly SqlToken[], knowledge: Knowledge) {
    this.#tokens = tokens;
    this.#knowledge = knowledge;
  }

  /** All sources whose columns can be named in a block, its own first. */
  sources(block: Block): ScopeSource[] {
    const found: ScopeSource[] = [];
    let depth = 0;
    for (let each: Block | undefined = block; each; each = each.isolated ? undefined : each.parent) {
      const own = each.target ? [each.target, ...each.sources] : each.sources;
      for (const source of own) found.push(this.resolve(source, each, depth));
      depth += 1;
    }
    return found;
  }

  /** The common tables that can be named at a place of a block. */
  commonTables(block: Block, index: number): CommonTable[] {
    const found: CommonTable[] = [];
    for (let each: Block | undefined = block; each; each = each.parent) {
      const { recursive } = each;
      found.push(...each.commonTables.filter(({ end }) => recursive || end < index));
    }
    return found;
  }

  resolve(source: Source, block: Block, depth: number): ScopeSource {
    const name = source.alias ?? source.path.at(-1);
    const base = { name, alias: source.alias, depth, at: source.at };
    if (source.query) return { ...base, columns: renamed(this.outputs(source.query), source.columnNames) };
    const common =
      source.path.length === 1
        ? this.commonTables(block, source.at).find((table) => table.name === source.path[0])
        : undefined;
    if (common) return { ...base, columns: renamed(this.columnsOfCommon(common), source.columnNames) };
    if (source.isFunction) return { ...base, columns: this.#columnsOfFunction(source) };
    const { catalog, searchPath } = this.#knowledge;
    const relation = catalog?.relation(source.path, searchPath);
    if (!relation) return { ...base, columns: renamed([], source.columnNames) };
    return { ...base, relation, columns: renamed(this.columnsOf(relation), source.columnNames) };
  }

  columnsOf(relation: Relation): ScopeColumn[] {
    const details = this.#knowledge.details(relation.oid);
    if (!details) this.missing.add(relation.oid);
    return (details?.columns ?? []).map((column) => ({
      name: column.name,
      column,
      isDistribution: relation.sharded?.distributionColumn === column.name,
    }));
  }

  columnsOfCommon(table: CommonTable): ScopeColumn[] {
    if (this.#open.has(table)) return renamed([], table.columnNames);
    this.#open.add(table);
    const columns = table.query ? this.outputs(table.query) : [];
    this.#open.delete(table);
    return renamed(columns, table.columnNames);
  }

  /** The columns that a query gives, as far as its text tells. */
  outputs(block: Block): ScopeColumn[] {
    const { outputs } = block;
    if (!outputs) return this.#columnsOfValues(block);
    const found: ScopeColumn[] = [];
    let start = outputs.from;
    let depth = 0;
    for (let at = outputs.from; at <= outputs.to; at++) {
      const token = this.#tokens[at];
      if (token?.kind === 'open') depth += 1;
      if (token?.kind === 'close') depth -= 1;
      if (at < outputs.to && (depth > 0 || token?.text !== ',')) continue;
      found.push(...this.#output(block, start, at));
      start = at + 1;
    }
    return found;
  }

  /** What one item of a list of results gives. */
  #output(block: Block, from: number, to: number): ScopeColumn[] {
    const item = this.#tokens.slice(from, to);
    const last = item.at(-1);
    const beforeLast = item.at(-2);
    if (!last) return [];
    if (last.text === '*') return this.#star(block, item);
    if (isName(last) && beforeLast?.text === '.' && item.length <= 5) return [this.#named(block, item)];
    const [name] = item;
    if (item.length === 1) return isName(name) ? [this.#named(block, item)] : [unnamed('?column?')];
    const isAlias =
      isName(last) && last.word !== 'END' && beforeLast?.text !== '::' && beforeLast?.kind !== 'symbol';
    if (isAlias) return [unnamed(nameOf(last))];
    // A cast keeps the column's name, a call has the function's.
    const cast = item.findIndex(({ text }) => text === '::');
    if (cast > 0) return this.#output(block, from, from + cast);
    if (isName(name) && item.some(({ kind }) => kind === 'open')) {
      return [unnamed(name.word === 'CASE' ? 'case' : nameOf(name))];
    }
    return [unnamed(last.word === 'END' ? 'case' : '?column?')];
  }

  #star(block: Block, item: readonly SqlToken[]): ScopeColumn[] {
    const own = (block.target ? [block.target, ...block.sources] : block.sources).map((source) =>
      this.resolve(source, block, 0),
    );
    const [qualifier] = item;
    const wanted =
      item.length === 1 || !isName(qualifier) ? own : own.filter(({ name }) => name === nameOf(qualifier));
    return wanted.flatMap(({ columns }) => columns);
  }

  /** A column that an item names. */
  #named(block: Block, item: readonly SqlToken[]): ScopeColumn {
    const last = item.at(-1);
    const name = last ? nameOf(last) : '';
    const qualifier = item.length > 1 ? item.at(-3) : undefined;
    for (const source of block.target ? [block.target, ...block.sources] : block.sources) {
      const resolved = this.resolve(source, block, 0);
      if (qualifier && resolved.name !== nameOf(qualifier)) continue;
      const column = resolved.columns.find((each) => each.name === name);
      if (column) return column;
    }
    return unnamed(name);
  }

  #columnsOfValues(block: Block): ScopeColumn[] {
    if (this.#tokens[block.head]?.word === 'TABLE' && block.target)
      return [...this.resolve(block.target, block, 0).columns];
    if (this.#tokens[block.head]?.word !== 'VALUES') return [];
    let depth = 0;
    let count = 1;
    for (let at = block.head + 1; at < block.end; at++) {
      const token = this.#tokens[at];
      if (token?.kind === 'open') depth += 1;
      if (token?.kind === 'close') depth -= 1;
      if (depth === 0) break;
      if (depth === 1 && token?.text === ',') count += 1;
    }
    return Array.from({ length: count }, (_, place) => unnamed(`column${place + 1}`));
  }

  /** Of a function that gives rows of its own: `RETURNS TABLE (a integer, b text)`; else one of its name. */
  #columnsOfFunction({ path, alias, columnNames }: Source): ScopeColumn[] {
    const { catalog, searchPath } = this.#knowledge;
    const [routine] = catalog?.routinesNamed(path, searchPath) ?? [];
    const table = /^TABLE\((.*)\)$/.exec(routine?.result ?? '')?.[1];
    const names = table?.split(', ').map((column) => column.split(' ')[0] ?? '') ?? [];
    const columns = names.length > 0 ? names : [alias ?? path.at(-1) ?? ''];
    return renamed(
      columns.map((name) => unnamed(nameOf({ kind: name.startsWith('"') ? 'quoted' : 'word', text: name }))),
      columnNames,
    );
  }
}

const unnamed = (name: string): ScopeColumn => ({ name, isDistribution: false });

/** Columns under the names that a statement gives the first of them. */
const renamed = (columns: readonly ScopeColumn[], names: readonly string[]): ScopeColumn[] => [
  ...names.map((name, at) => ({ ...(columns[at] ?? unnamed(name)), name })),
  ...columns.slice(names.length),
];
