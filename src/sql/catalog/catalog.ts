import type { ShardedTable } from '../../sharding/sharding.ts';
import { groupBy } from './groupBy.ts';

/** What a relation is, by `relkind` (PostgreSQL manual, 51.11). */
export type RelationKind = 'table' | 'view' | 'materialized view' | 'foreign table' | 'sequence';

/** A table, a view, or what else stands behind FROM. */
export interface Relation {
  /** OID on the node that was asked. */
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  /** The planner's estimate; undefined where the table was never analyzed. */
  readonly rows?: number;
  readonly comment?: string;
  /** How the sharding spreads it; absent for what it doesn't know. */
  readonly sharded?: ShardedTable;
}

/** A column of a relation. */
export interface Column {
  readonly name: string;
  /** As `format_type` prints it: `numeric(12,2)`. */
  readonly type: string;
  readonly notNull: boolean;
  /** The expression of its default, or what generates it. */
  readonly default?: string;
  readonly comment?: string;
}

/** Columns that refer to those of another table. */
export interface ForeignKey {
  readonly columns: readonly string[];
  readonly table: number;
  readonly tableColumns: readonly string[];
}

/** What is loaded of a relation when somebody first works with it. */
export interface RelationDetails {
  readonly columns: readonly Column[];
  /** Absent where it has none, or where the node doesn't have it. */
  readonly primaryKey?: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
}

/** A function, a procedure or an aggregate; one of several with that name where it is overloaded. */
export interface Routine {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window function';
  /** As `pg_get_function_arguments` prints them: names, types, defaults. */
  readonly arguments: string;
  /** Absent for procedures. */
  readonly result?: string;
  /** Whether it gives rows. */
  readonly setReturning: boolean;
  readonly comment?: string;
}

/** A data type that columns can have. */
export interface DataType {
  readonly schema: string;
  readonly name: string;
  readonly comment?: string;
}

/** A run-time setting, as pg_settings has it. */
export interface Setting {
  readonly name: string;
  readonly description: string;
  /** `bool`, `enum`, `integer`, `real`, `string`. */
  readonly type: string;
  readonly unit?: string;
  readonly value: string;
  /** What an `enum` may be. */
  readonly choices: readonly string[];
}

/** What a database has, as it was when it was last asked. */
export interface CatalogContents {
  readonly schemas: readonly string[];
  readonly relations: readonly Relation[];
  readonly routines: readonly Routine[];
  readonly types: readonly DataType[];
  readonly settings: readonly Setting[];
  /** Schemas that unqualified names are looked for in, in order, with `pg_catalog`. */
  readonly searchPath: readonly string[];
}

/** Finds things of a database by their names. */
export class Catalog implements CatalogContents {
  readonly schemas: readonly string[];
  readonly relations: readonly Relation[];
  readonly routines: readonly Routine[];
  readonly types: readonly DataType[];
  readonly settings: readonly Setting[];
  readonly searchPath: readonly string[];
  readonly #relations: ReadonlyMap<string, readonly Relation[]>;
  readonly #routines: ReadonlyMap<string, readonly Routine[]>;
  readonly #byOid: ReadonlyMap<number, Relation>;

  constructor(contents: CatalogContents) {
    this.schemas = contents.schemas;
    this.relations = contents.relations;
    this.routines = contents.routines;
    this.types = contents.types;
    this.settings = contents.settings;
    this.searchPath = contents.searchPath;
    this.#relations = groupBy(contents.relations, ({ name }) => name);
    this.#routines = groupBy(contents.routines, ({ name }) => name);
    this.#byOid = new Map(contents.relations.map((relation) => [relation.oid, relation]));
  }

  /**
   * The relation that a name means, by the rules for schemas (PostgreSQL manual, 5.10.3).
   * @param path the name, with its schema before it where it has one; folded as the server does
   */
  relation(path: readonly string[], searchPath: readonly string[]): Relation | undefined {
    return this.#first(this.#relations.get(path.at(-1) ?? ''), path, searchPath)[0];
  }

  relationWithOid(oid: number): Relation | undefined {
    return this.#byOid.get(oid);
  }

  /** All routines that a name may mean. */
  routinesNamed(path: readonly string[], searchPath: readonly string[]): readonly Routine[] {
    return this.#first(this.#routines.get(path.at(-1) ?? ''), path, searchPath);
  }

  setting(name: string): Setting | undefined {
    const folded = name.toLowerCase();
    return this.settings.find((setting) => setting.name.toLowerCase() === folded);
  }

  #first<T extends { readonly schema: string }>(
    named: readonly T[] | undefined,
    path: readonly string[],
    searchPath: readonly string[],
  ): readonly T[] {
    if (!named) return [];
    const schema = path.at(-2);
    for (const candidate of schema === undefined ? searchPath : [schema]) {
      const found = named.filter((each) => each.schema === candidate);
      if (found.length > 0) return found;
    }
    return [];
  }
}
