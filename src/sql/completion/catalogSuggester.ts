import type { FunctionDoc } from '../../sharding/functionDocs.ts';
import type { Catalog, Relation, Routine } from '../catalog/catalog.ts';
import { describe, kindOf, signatureOf, signatureOfDoc, type Subject } from './describe.ts';
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

  /** @param schema that they are qualified with */
  routines(isWanted: (routine: Routine) => boolean, schema?: string): void {
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
    if (schema === undefined && typed === '') this.#found.incomplete = true;
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
    this.#found.add({
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
    this.#found.add({
      label: doc.name,
      kind: 'function',
      insert: doc.name,
      call: doc.parameters.length === 0 ? 'none' : 'arguments',
      detail: signatureOfDoc(doc).slice(doc.name.length),
      rank: Rank.documented,
      describe: () => describe({ kind: 'routine', routines: [], doc }),
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
