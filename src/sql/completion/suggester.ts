import { type CompletionKnowledge, CatalogSuggester } from './catalogSuggester.ts';
import type { Relation } from '../catalog/catalog.ts';
import { describe, kindOf } from './describe.ts';
import type { Expectation } from './expected.ts';
import { joinConditions, sharedNames } from './joins.ts';
import { quoteIfNeeded } from './names.ts';
import type { Place } from './place.ts';
import type { Block } from './queryBlocks.ts';
import type { Scope, ScopeColumn, ScopeSource } from './scope.ts';
import { Rank, Suggestions } from './suggestion.ts';
import { nameOf } from './tokens.ts';

/** Turns what fits at a place into suggestions. */
export class Suggester {
  readonly found = new Suggestions();
  readonly #place: Place;
  readonly #block: Block | undefined;
  readonly #scope: Scope;
  readonly #knowledge: CompletionKnowledge;
  readonly #ofCatalog: CatalogSuggester;
  readonly #upper: boolean;

  constructor(place: Place, block: Block | undefined, scope: Scope, knowledge: CompletionKnowledge) {
    this.#place = place;
    this.#block = block;
    this.#scope = scope;
    this.#knowledge = knowledge;
    const { text } = place.typed;
    const typed = text.replace(/^"/, '');
    this.#ofCatalog = new CatalogSuggester(this.found, knowledge, typed, place.qualifier.length > 0);
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
    if (relations) this.#ofCatalog.relations(relations, () => true);
    if (expected.rows) {
      this.#commonTables();
      this.#ofCatalog.routines((routine) => routine.setReturning);
    }
    if (expected.routines)
      this.#ofCatalog.routines(
        (routine) => (routine.kind === 'procedure') === (expected.routines === 'procedure'),
      );
    if (expected.schemas) this.#ofCatalog.schemas();
    if (expected.types) this.#ofCatalog.types();
    if (expected.settings) this.#ofCatalog.settings('');
    if (valuesOf !== undefined) this.#ofCatalog.values(valuesOf);
    if (!this.#place.typed.text.startsWith('"')) this.#keywords(expected.keywords);
  }

  #keywords(words: readonly string[]): void {
    for (const word of new Set(words)) {
      const insert = this.#upper ? word : word.toLowerCase();
      this.found.add({ label: insert, kind: 'keyword', insert, rank: Rank.keyword });
    }
  }

  /** Behind `name.`: columns of a source, or what a schema has. */
  #qualified(expected: Expectation): void {
    const { qualifier } = this.#place;
    if (expected.settings) {
      this.#ofCatalog.settings(`${qualifier.join('.')}.`);
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
        this.found.add({
          label: '*',
          kind: 'keyword',
          insert: '*',
          rank: Rank.keyword,
          detail: 'all columns',
        });
      return;
    }
    if (qualifier.length > 1 || name === undefined) return;
    const inSchema = (relation: Relation): boolean => relation.schema === name;
    if (expected.relations) this.#ofCatalog.relations(expected.relations, inSchema);
    if (expected.types) this.#ofCatalog.types(name);
    if (expected.expression || expected.rows || expected.routines) {
      this.#ofCatalog.routines(
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
    this.found.add({
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
      this.found.add({
        label: name,
        kind: 'alias',
        insert: quoteIfNeeded(name),
        rank: Rank.alias,
        ...(source?.relation && {
          detail: source.alias === undefined ? kindOf(source.relation) : source.relation.name,
        }),
      });
    }
    // Where rows are read from, nobody is about to operate the cluster.
    this.#ofCatalog.routines(({ kind }) => kind !== 'procedure', undefined, sources.length === 0);
    this.#ofCatalog.whatLettersBring();
  }

  /** The source that is being joined, and those before it. */
  #join(): { joined: ScopeSource; others: readonly ScopeSource[] } | undefined {
    const before = (this.#block ? this.#scope.sources(this.#block) : [])
      .filter(({ depth, at }) => depth === 0 && at < this.#place.index)
      .sort((a, b) => a.at - b.at);
    const joined = before.at(-1);
    return joined && { joined, others: before.slice(0, -1) };
  }

  #conditions(): void {
    const join = this.#join();
    const conditions = join ? joinConditions(join.joined, join.others, this.#knowledge) : [];
    conditions.forEach(({ sql, reason, isColocated }, at) => {
      this.found.add({
        label: sql,
        kind: 'condition',
        insert: sql,
        detail: reason,
        rank: Rank.best + at / 1000,
        describe: () => describe({ kind: 'condition', sql, isColocated }),
      });
    });
  }

  #joinColumns(): void {
    const join = this.#join();
    if (!join) return;
    const shared = new Set(join.others.flatMap((other) => sharedNames(join.joined, other)));
    for (const column of join.joined.columns) {
      if (shared.has(column.name)) this.#column(column, join.joined, quoteIfNeeded(column.name));
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
      this.found.add({ label: insert, kind: 'condition', insert, detail: 'all columns', rank: Rank.best });
    }
  }

  #commonTables(): void {
    if (!this.#block) return;
    for (const { name } of this.#scope.commonTables(this.#block, this.#place.index)) {
      this.found.add({
        label: name,
        kind: 'common table',
        insert: quoteIfNeeded(name),
        detail: 'WITH query',
        rank: Rank.common,
      });
    }
  }
}
