import type { FunctionDoc } from '../../sharding/functionDocs.ts';
import type { Catalog, Relation, Routine } from '../catalog/catalog.ts';
import { groupBy } from '../catalog/groupBy.ts';
import { describe, kindOf } from './describe.ts';
import { TYPES } from './keywords.ts';
import { begins, mayBecome, quoteIfNeeded } from './names.ts';
import type { Knowledge } from './scope.ts';
import { Rank, type Suggestions } from './suggestion.ts';

/** Everything that completion is given besides the text. */
export interface CompletionKnowledge extends Knowledge {
  /** Functions of the sharding, which are there before a server was asked. */
  readonly functionDocs: readonly FunctionDoc[];
}

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

/** Suggests what a database has, whatever the statement reads from. */
export class CatalogSuggester {
  readonly #found: Suggestions;
  readonly #knowledge: CompletionKnowledge;
  readonly #catalog: Catalog | undefined;
  readonly #typed: string;
  readonly #isQualified: boolean;

  /** @param typed of the name, without a quote @param isQualified whether a schema stands before it */
  constructor(found: Suggestions, knowledge: CompletionKnowledge, typed: string, isQualified: boolean) {
    this.#found = found;
    this.#knowledge = knowledge;
    this.#catalog = knowledge.catalog;
    this.#typed = typed;
    this.#isQualified = isQualified;
  }

  relations(kinds: readonly Relation['kind'][], isWanted: (relation: Relation) => boolean): void {
    const { searchPath } = this.#knowledge;
    const qualified = this.#isQualified;
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
      this.#found.add({
        label: insert,
        kind: /view/.test(relation.kind) ? 'view' : 'relation',
        insert,
        detail: kindOf(relation),
        rank: qualified ? Rank.relation : rank,
        describe: () => describe({ kind: 'relation', relation }, this.#knowledge.details(relation.oid)),
      });
    }
    // Without a letter the system's own are left out.
    if (!qualified && this.#typed === '') this.#found.incomplete = true;
  }

  /**
   * @param schema that they are qualified with
   * @param unasked whether those of the sharding are shown before anything is typed
   */
  routines(isWanted: (routine: Routine) => boolean, schema?: string, unasked = false): void {
    const docs = new Map(this.#knowledge.functionDocs.map((doc, place) => [doc.name, { doc, place }]));
    const typed = this.#typed;
    const docOf = (routine: Routine): { doc: FunctionDoc; place: number } | undefined => {
      const found = docs.get(routine.name);
      return found?.doc.schema === routine.schema ? found : undefined;
    };
    const isShown = (routine: Routine): boolean =>
      schema !== undefined || typed !== ''
        ? begins(typed, routine.name)
        : COMMON_FUNCTIONS.has(routine.name) ||
          (unasked && docOf(routine) !== undefined) ||
          !SYSTEM.test(routine.schema);
    const path = new Set(this.#knowledge.searchPath);
    const overloads = groupBy(
      (this.#catalog?.routines ?? []).filter((routine) => isShown(routine) && isWanted(routine)),
      (routine) => `${routine.schema}.${routine.name}`,
    );
    const ranked = [...overloads.values()]
      .flatMap((routines) => {
        const [first] = routines;
        if (!first) return [];
        const found = docOf(first);
        const isCommon = COMMON_FUNCTIONS.has(first.name) && first.schema === 'pg_catalog';
        const rank = isCommon ? Rank.documented : rankOf(first.schema, path, Rank.function);
        return [
          { first, routines, doc: found?.doc, rank: found ? Rank.documented + found.place / 1000 : rank },
        ];
      })
      .sort((a, b) => a.rank - b.rank);
    for (const { first, routines, doc, rank } of this.#few(ranked)) {
      const name = quoteIfNeeded(first.name);
      const isVisible = schema !== undefined || path.has(first.schema);
      this.#routine(isVisible ? name : `${quoteIfNeeded(first.schema)}.${name}`, routines, doc, rank);
    }
    if (schema !== undefined) return;
    if (typed === '') this.#found.incomplete = true;
    // A server that can't be asked has the sharding's all the same.
    if (this.#catalog) return;
    for (const { doc, place } of docs.values()) {
      if (typed === '' ? unasked : begins(typed, doc.name)) {
        this.#routine(doc.name, [], doc, Rank.documented + place / 1000);
      }
    }
  }

  #routine(insert: string, routines: readonly Routine[], doc: FunctionDoc | undefined, rank: number): void {
    const more = routines.length > 1 ? ` (+${routines.length - 1})` : '';
    const result = routines[0] ? routines[0].result : doc?.result;
    const takesNothing =
      routines.length > 0
        ? routines.every((routine) => routine.arguments === '')
        : doc?.parameters.length === 0;
    this.#found.add({
      label: insert,
      kind: 'function',
      insert,
      call: takesNothing ? 'none' : 'arguments',
      // What it takes is long, and in its description.
      detail: (result === undefined ? 'procedure' : `→ ${result.replace(/^TABLE\(.*$/, 'table')}`) + more,
      rank,
      describe: () => describe({ kind: 'routine', routines, ...(doc && { doc }) }),
    });
  }

  schemas(): void {
    for (const name of this.#catalog?.schemas ?? []) {
      const rank = SYSTEM.test(name) ? Rank.system : Rank.schema;
      this.#found.add({ label: name, kind: 'schema', insert: quoteIfNeeded(name), rank });
    }
  }

  /** @param schema that they are qualified with */
  types(schema?: string): void {
    const known = new Set<string>(schema === undefined ? TYPES : []);
    for (const name of known) this.#found.add({ label: name, kind: 'type', insert: name, rank: Rank.column });
    const path = new Set(this.#knowledge.searchPath);
    for (const type of this.#catalog?.types ?? []) {
      if (known.has(type.name) || (schema !== undefined && type.schema !== schema)) continue;
      const bare = schema !== undefined || path.has(type.schema);
      const name = type.schema === 'pg_catalog' ? type.name : quoteIfNeeded(type.name);
      const insert = bare ? name : `${quoteIfNeeded(type.schema)}.${name}`;
      const rank = SYSTEM.test(type.schema) ? Rank.other : Rank.column;
      this.#found.add({
        label: insert,
        kind: 'type',
        insert,
        rank,
        describe: () => describe({ kind: 'type', type }),
      });
    }
  }

  /** What would be too much before anything is typed: schemas, and calls that only the grammar knows. */
  whatLettersBring(): void {
    if (this.#typed === '') return;
    this.schemas();
    for (const name of GRAMMAR_FUNCTIONS) {
      if (!begins(this.#typed, name)) continue;
      this.#found.add({
        label: name,
        kind: 'function',
        insert: name,
        call: 'arguments',
        rank: Rank.function,
      });
    }
  }

  /** @param prefix of their names that was typed already */
  settings(prefix: string): void {
    for (const setting of this.#catalog?.settings ?? []) {
      const { name, description, value } = setting;
      if (!name.toLowerCase().startsWith(prefix)) continue;
      const rest = name.slice(prefix.length);
      this.#found.add({
        label: rest,
        kind: 'setting',
        insert: rest,
        detail: value === '' ? description : `${value}: ${description}`,
        rank: Rank.column,
        describe: () => describe({ kind: 'setting', setting }),
      });
    }
  }

  values(name: string): void {
    const setting = this.#catalog?.setting(name);
    const values = setting?.type === 'bool' ? ['on', 'off'] : (setting?.choices ?? []);
    for (const value of values) {
      const insert = /^[a-z_]+$/.test(value) ? value : `'${value}'`;
      this.#found.add({ label: value, kind: 'value', insert, rank: Rank.best });
    }
  }

  /** The first of what fits, all of it where that is little. */
  #few<T>(things: readonly T[]): readonly T[] {
    if (things.length > MOST) this.#found.incomplete = true;
    return things.slice(0, MOST);
  }
}

const rankOf = (schema: string, path: ReadonlySet<string>, visible: number): number => {
  if (SYSTEM.test(schema)) return Rank.system;
  return path.has(schema) ? visible : Rank.other;
};
