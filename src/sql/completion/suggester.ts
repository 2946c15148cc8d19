import type { FunctionDoc } from '../../sharding/functionDocs.ts';
import type { Catalog, Relation, Routine } from '../catalog/catalog.ts';
import { describe, kindOf, signatureOf, signatureOfDoc, type Subject } from './describe.ts';
import type { Expectation } from './expectation.ts';
import { joinConditions, sharedNames } from './joins.ts';
import { TYPES } from './keywords.ts';
import { begins, mayBecome, quoteIfNeeded } from './names.ts';
import type { Place } from './place.ts';
import type { Block } from './queryBlocks.ts';
import type { Knowledge, Scope, ScopeColumn, ScopeSource } from './scope.ts';
import { nameOf } from './tokens.ts';

export type SuggestionKind =
  | 'keyword'
  | 'schema'
  | 'relation'
  | 'view'
  | 'common table'
  | 'alias'
  | 'column'
  | 'function'
  | 'type'
  | 'setting'
  | 'value'
  | 'condition';

/** One thing that may stand at a place. */
export interface Suggestion {
  readonly label: string;
  readonly kind: SuggestionKind;
  /** What is put into the text. */
  readonly insert: string;
  /** A function: parentheses follow, and `none` between them where it takes nothing. */
  readonly call?: 'arguments' | 'none';
  /** A few words behind the label. */
  readonly detail?: string;
  /** Lower ones come first. */
  readonly rank: number;
  /** Tells more, in Markdown. */
  readonly describe?: () => string;
}

const Rank = {
  best: 0,
  distributionColumn: 1,
  column: 2,
  outerColumn: 3,
  common: 4,
  alias: 4,
  relation: 4,
  documented: 5,
  function: 5,
  keyword: 6,
  schema: 7,
  other: 8,
  system: 9,
} as const;

/** More of a kind are not shown before another letter is typed. */
const MOST = 300;
/** Schemas of the system: what is in them comes last, and only when something was typed. */
const SYSTEM = /^(pg_catalog|information_schema|citus|citus_internal|columnar|columnar_internal|shards)$/;
/** What people call most, shown before anything is typed. */
const COMMON_FUNCTIONS = new Set([
  'count',
  'sum',
  'avg',
  'min',
  'max',
  'now',
  'round',
  'lower',
  'upper',
  'length',
  'date_trunc',
  'generate_series',
  'string_agg',
  'array_agg',
  'jsonb_build_object',
]);
/** Calls that the grammar has, not the catalog. */
const GRAMMAR_FUNCTIONS = ['coalesce', 'nullif', 'greatest', 'least', 'extract'];

/** Turns what fits at a place into suggestions. */
export class Suggester {
  readonly suggestions: Suggestion[] = [];
  incomplete = false;
  readonly #place: Place;
  readonly #block: Block | undefined;
  readonly #scope: Scope;
  readonly #knowledge: Knowledge & { readonly functionDocs: readonly FunctionDoc[] };
  readonly #catalog: Catalog | undefined;
  /** What was typed, without a quote. */
  readonly #typed: string;
  readonly #upper: boolean;

  constructor(
    place: Place,
    block: Block | undefined,
    scope: Scope,
    knowledge: Knowledge & { readonly functionDocs: readonly FunctionDoc[] },
  ) {
    this.#place = place;
    this.#block = block;
    this.#scope = scope;
    this.#knowledge = knowledge;
    this.#catalog = knowledge.catalog;
    const { text } = place.typed;
    this.#typed = text.replace(/^"/, '');
    // Keywords are written as the statement's first word is.
    const sample = place.tokens.slice(0, place.index).find(({ kind }) => kind === 'word')?.text ?? text;
    this.#upper = sample === '' || sample !== sample.toLowerCase();
  }

  suggest(expected: Expectation): void {
    if (this.#place.qualifier.length > 0) {
      this.#qualified(expected);
      return;
    }
    const { relations, valuesOf } = expected;
    if (expected.joinConditions) this.#conditions();
    if (expected.targetColumns) this.#targetColumns(expected.targetColumns);
    if (expected.joinColumns) this.#joinColumns();
    if (expected.expression) this.#expression();
    if (relations) this.#relations(relations, () => true);
    if (expected.rows) {
      this.#commonTables();
      this.#routines((routine) => routine.setReturning);
    }
    if (expected.routines)
      this.#routines((routine) => (routine.kind === 'procedure') === (expected.routines === 'procedure'));
    if (expected.schemas) this.#schemas();
    if (expected.types) this.#types();
    if (expected.settings) this.#settings('');
    if (valuesOf !== undefined) this.#values(valuesOf);
    if (!this.#place.typed.text.startsWith('"')) this.#keywords(expected.keywords);
  }

  #add(suggestion: Suggestion): void {
    this.suggestions.push(suggestion);
  }

  /** The first of what fits, all of it where that is little. */
  #few<T>(things: readonly T[]): readonly T[] {
    if (things.length > MOST) this.incomplete = true;
    return things.slice(0, MOST);
  }

  #keywords(words: readonly string[]): void {
    for (const word of new Set(words)) {
      const insert = this.#upper ? word : word.toLowerCase();
      this.#add({ label: insert, kind: 'keyword', insert, rank: Rank.keyword });
    }
  }

  /** Behind `name.`: columns of a source, or what a schema has. */
  #qualified(expected: Expectation): void {
    const { qualifier } = this.#place;
    if (expected.settings) {
      this.#settings(`${qualifier.join('.')}.`);
      return;
    }
    const [name] = qualifier.slice(-1);
    const sources = this.#block ? this.#scope.sources(this.#block) : [];
    const isMeant = (source: ScopeSource): boolean =>
      source.name === name && (qualifier.length === 1 || source.relation?.schema === qualifier.at(-2));
    const nearest = sources.filter(isMeant).sort((a, b) => a.depth - b.depth)[0] ?? this.#excluded(name);
    if (nearest && !expected.relations) {
      for (const column of nearest.columns) this.#column(column, nearest, quoteIfNeeded(column.name));
      if (expected.expression)
        this.#add({ label: '*', kind: 'keyword', insert: '*', rank: Rank.keyword, detail: 'all columns' });
      return;
    }
    if (qualifier.length > 1 || name === undefined) return;
    const inSchema = (relation: Relation): boolean => relation.schema === name;
    if (expected.relations) this.#relations(expected.relations, inSchema);
    if (expected.types) {
      for (const type of this.#catalog?.types ?? []) {
        if (type.schema === name)
          this.#add({
            label: type.name,
            kind: 'type',
            insert: quoteIfNeeded(type.name),
            rank: Rank.relation,
          });
      }
    }
    if (expected.expression || expected.rows || expected.routines) {
      this.#routines(
        (routine) => routine.schema === name && (expected.rows !== true || routine.setReturning),
        name,
      );
    }
  }

  /** `excluded` in ON CONFLICT, `old` and `new` in RETURNING: rows of what is changed. */
  #excluded(name: string | undefined): ScopeSource | undefined {
    const target = this.#block?.target;
    if (!this.#block || !target || !/^(excluded|old|new)$/.test(name ?? '')) return undefined;
    return { ...this.#scope.resolve(target, this.#block, 0), name };
  }

  #column(column: ScopeColumn, source: ScopeSource, insert: string): void {
    const outer = source.depth > 0 ? Rank.outerColumn : Rank.column;
    this.#add({
      label: insert,
      kind: 'column',
      insert,
      detail: [column.column?.type ?? '', column.isDistribution ? 'distribution column' : '']
        .filter((word) => word !== '')
        .join(', '),
      rank: column.isDistribution && source.depth === 0 ? Rank.distributionColumn : outer,
      describe: () =>
        describe({
          kind: 'column',
          of: source.relation?.name ?? source.name ?? '',
          column,
          ...(source.relation && { relation: source.relation }),
        }),
    });
  }

  #expression(): void {
    const sources = this.#block ? this.#scope.sources(this.#block) : [];
    const count = new Map<string, number>();
    for (const { depth, columns } of sources) {
      if (depth > 0) continue;
      for (const { name } of columns) count.set(name, (count.get(name) ?? 0) + 1);
    }
    for (const source of sources) {
      for (const column of source.columns) {
        const ambiguous = (count.get(column.name) ?? 0) > 1 || (source.depth > 0 && count.has(column.name));
        const qualify = ambiguous && source.name !== undefined;
        const name = quoteIfNeeded(column.name);
        this.#column(column, source, qualify ? `${quoteIfNeeded(source.name)}.${name}` : name);
      }
    }
    for (const name of new Set(sources.flatMap((source) => source.name ?? []))) {
      const source = sources.find((each) => each.name === name);
      this.#add({
        label: name,
        kind: 'alias',
        insert: quoteIfNeeded(name),
        rank: Rank.alias,
        ...(source?.relation && {
          detail: source.alias === undefined ? kindOf(source.relation) : source.relation.name,
        }),
      });
    }
    this.#routines(({ kind }) => kind !== 'procedure');
    if (this.#typed !== '') {
      this.#schemas();
      for (const name of GRAMMAR_FUNCTIONS) {
        if (begins(this.#typed, name))
          this.#add({ label: name, kind: 'function', insert: name, call: 'arguments', rank: Rank.function });
      }
    }
  }

  #conditions(): void {
    const block = this.#block;
    if (!block) return;
    const before = this.#scope
      .sources(block)
      .filter(({ depth, at }) => depth === 0 && at < this.#place.index)
      .sort((a, b) => a.at - b.at);
    const joined = before.at(-1);
    if (!joined) return;
    joinConditions(joined, before.slice(0, -1), this.#knowledge).forEach(({ sql, reason }, at) => {
      this.#add({ label: sql, kind: 'condition', insert: sql, detail: reason, rank: Rank.best + at / 1000 });
    });
  }

  #joinColumns(): void {
    const block = this.#block;
    if (!block) return;
    const before = this.#scope
      .sources(block)
      .filter(({ depth, at }) => depth === 0 && at < this.#place.index)
      .sort((a, b) => a.at - b.at);
    const joined = before.at(-1);
    if (!joined) return;
    for (const other of before.slice(0, -1)) {
      const shared = new Set(sharedNames(joined, other));
      for (const column of joined.columns) {
        if (shared.has(column.name)) this.#column(column, joined, quoteIfNeeded(column.name));
      }
    }
  }

  #targetColumns(kind: 'list' | 'one'): void {
    const target = this.#block?.target;
    if (!this.#block || !target) return;
    const source = this.#scope.resolve(target, this.#block, 0);
    const open = this.#place.tokens
      .slice(0, this.#place.index)
      .map(({ text }) => text)
      .lastIndexOf('(');
    const named = new Set(
      kind === 'list' ? this.#place.tokens.slice(open + 1, this.#place.index).map(nameOf) : [],
    );
    for (const column of source.columns) {
      if (!named.has(column.name)) this.#column(column, source, quoteIfNeeded(column.name));
    }
    const isInsert = this.#place.tokens.some(({ word }) => word === 'INTO' || word === 'COPY');
    if (kind === 'list' && named.size === 0 && isInsert && source.columns.length > 1) {
      const insert = source.columns.map(({ name }) => quoteIfNeeded(name)).join(', ');
      this.#add({ label: insert, kind: 'condition', insert, detail: 'all columns', rank: Rank.best });
    }
  }

  #relations(kinds: readonly Relation['kind'][], isWanted: (relation: Relation) => boolean): void {
    const { searchPath } = this.#knowledge;
    const qualified = this.#place.qualifier.length > 0;
    const path = new Set(searchPath);
    const fitting = (this.#catalog?.relations ?? []).filter(
      (relation) =>
        kinds.includes(relation.kind) &&
        isWanted(relation) &&
        mayBecome(this.#typed, relation.name) &&
        (qualified || this.#typed !== '' || !SYSTEM.test(relation.schema)),
    );
    const ranked = fitting
      .map((relation) => ({ relation, rank: rankOf(relation.schema, path, Rank.relation) }))
      .sort((a, b) => a.rank - b.rank);
    for (const { relation, rank } of this.#few(ranked)) {
      const visible = qualified || this.#catalog?.relation([relation.name], searchPath) === relation;
      const name = quoteIfNeeded(relation.name);
      const insert = visible ? name : `${quoteIfNeeded(relation.schema)}.${name}`;
      this.#add({
        label: insert,
        kind: /view/.test(relation.kind) ? 'view' : 'relation',
        insert,
        detail: kindOf(relation),
        rank: qualified ? Rank.relation : rank,
        describe: () => describe({ kind: 'relation', relation }, this.#knowledge.details(relation.oid)),
      });
    }
    // Without a letter the system's own are left out.
    if (!qualified && this.#typed === '') this.incomplete = true;
  }

  #commonTables(): void {
    if (!this.#block) return;
    for (const { name } of this.#scope.commonTables(this.#block, this.#place.index)) {
      this.#add({
        label: name,
        kind: 'common table',
        insert: quoteIfNeeded(name),
        detail: 'WITH query',
        rank: Rank.common,
      });
    }
  }

  /** @param schema that they are qualified with */
  #routines(isWanted: (routine: Routine) => boolean, schema?: string): void {
    const { functionDocs, searchPath } = this.#knowledge;
    const docs = new Map(functionDocs.map((doc) => [doc.name, doc]));
    const typed = this.#typed;
    const shown = ({ name, schema: own }: { name: string; schema: string }): boolean =>
      schema !== undefined || typed !== ''
        ? begins(typed, name)
        : COMMON_FUNCTIONS.has(name) || docs.get(name)?.schema === own || !SYSTEM.test(own);
    const path = new Set(searchPath);
    const named = new Map<string, Routine[]>();
    for (const routine of this.#catalog?.routines ?? []) {
      if (!shown(routine) || !isWanted(routine)) continue;
      const key = `${routine.schema}.${routine.name}`;
      const overloads = named.get(key);
      if (overloads) overloads.push(routine);
      else named.set(key, [routine]);
    }
    if (schema === undefined && typed === '') this.incomplete = true;
    for (const overloads of this.#few([...named.values()])) {
      const [first] = overloads;
      if (!first) continue;
      const doc = docs.get(first.name);
      const own = doc?.schema === first.schema ? doc : undefined;
      this.#routine(first, overloads, own, schema !== undefined || path.has(first.schema), path);
    }
    // A server that can't be asked has them all the same.
    if (this.#catalog || schema !== undefined) return;
    for (const doc of functionDocs) if (typed === '' || begins(typed, doc.name)) this.#documented(doc);
  }

  #routine(
    { schema, name }: Routine,
    overloads: readonly Routine[],
    doc: FunctionDoc | undefined,
    bare: boolean,
    path: ReadonlySet<string>,
  ): void {
    const [first] = overloads;
    const insert = bare ? quoteIfNeeded(name) : `${quoteIfNeeded(schema)}.${quoteIfNeeded(name)}`;
    const more = overloads.length > 1 ? ` (+${overloads.length - 1})` : '';
    const subject: Subject = { kind: 'routine', routines: overloads, ...(doc && { doc }) };
    const common = COMMON_FUNCTIONS.has(name) && schema === 'pg_catalog';
    this.#add({
      label: insert,
      kind: 'function',
      insert,
      call: overloads.every((each) => each.arguments === '') ? 'none' : 'arguments',
      detail: first ? signatureOf(first).slice(name.length) + more : '',
      rank: doc || common ? Rank.documented : rankOf(schema, path, Rank.function),
      describe: () => describe(subject),
    });
  }

  #documented(doc: FunctionDoc): void {
    this.#add({
      label: doc.name,
      kind: 'function',
      insert: doc.name,
      call: doc.parameters.length === 0 ? 'none' : 'arguments',
      detail: signatureOfDoc(doc).slice(doc.name.length),
      rank: Rank.documented,
      describe: () => describe({ kind: 'routine', routines: [], doc }),
    });
  }

  #schemas(): void {
    for (const name of this.#catalog?.schemas ?? []) {
      const rank = SYSTEM.test(name) ? Rank.system : Rank.schema;
      this.#add({ label: name, kind: 'schema', insert: quoteIfNeeded(name), rank });
    }
  }

  #types(): void {
    const known = new Set<string>(TYPES);
    for (const name of TYPES) this.#add({ label: name, kind: 'type', insert: name, rank: Rank.column });
    const path = new Set(this.#knowledge.searchPath);
    for (const type of this.#catalog?.types ?? []) {
      if (known.has(type.name)) continue;
      const bare = path.has(type.schema);
      const name = type.schema === 'pg_catalog' ? type.name : quoteIfNeeded(type.name);
      const insert = bare ? name : `${quoteIfNeeded(type.schema)}.${name}`;
      const rank = SYSTEM.test(type.schema) ? Rank.other : Rank.column;
      this.#add({
        label: insert,
        kind: 'type',
        insert,
        rank,
        describe: () => describe({ kind: 'type', type }),
      });
    }
  }

  /** @param prefix of their names that was typed already */
  #settings(prefix: string): void {
    for (const setting of this.#catalog?.settings ?? []) {
      const { name, description, value } = setting;
      if (!name.toLowerCase().startsWith(prefix)) continue;
      const rest = name.slice(prefix.length);
      this.#add({
        label: rest,
        kind: 'setting',
        insert: rest,
        detail: value === '' ? description : `${value}: ${description}`,
        rank: Rank.column,
        describe: () => describe({ kind: 'setting', setting }),
      });
    }
  }

  #values(name: string): void {
    const setting = this.#catalog?.setting(name);
    const values = setting?.type === 'bool' ? ['on', 'off'] : (setting?.choices ?? []);
    for (const value of values) {
      const insert = /^[a-z_]+$/.test(value) ? value : `'${value}'`;
      this.#add({ label: value, kind: 'value', insert, rank: Rank.best });
    }
  }
}

const rankOf = (schema: string, path: ReadonlySet<string>, visible: number): number => {
  if (SYSTEM.test(schema)) return Rank.system;
  return path.has(schema) ? visible : Rank.other;
};
