import type { Connection, Submittable } from 'pg';
import { isReported } from './errors.ts';

/** What a statement takes and gives, as the server infers it. */
export interface StatementDescription {
  /** OIDs in pg_type of its parameters `$1`, `$2` …. */
  readonly parameterTypes: readonly number[];
  /** Empty for a statement that returns no rows. `typeModifier` is -1 where the type has none. */
  readonly columns: readonly {
    readonly name: string;
    readonly typeOid: number;
    readonly typeModifier: number;
  }[];
}

interface Fields {
  readonly fields: readonly { name: string; dataTypeID: number; dataTypeModifier: number }[];
}

/**
 * Parses a statement and describes it (PostgreSQL manual, 55.2.3 "Extended Query"); it isn't run.
 * pg calls the `handle…` methods as messages arrive.
 */
export class DescribeStatement implements Submittable {
  /** Settles when the server is ready for the next statement. */
  readonly done: Promise<StatementDescription>;
  readonly #sql: string;
  #parameterTypes: readonly number[] = [];
  #columns: StatementDescription['columns'] = [];
  #resolve: (description: StatementDescription) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(sql: string) {
    this.#sql = sql;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: Connection): void {
    connection.on('parameterDescription', this.#parameters);
    connection.stream.cork();
    connection.parse({ name: '', text: this.#sql, types: [] }, true);
    connection.describe({ type: 'S', name: '' }, true);
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: Fields): void {
    this.#columns = fields.map((field) => ({
      name: field.name,
      typeOid: field.dataTypeID,
      typeModifier: field.dataTypeModifier,
    }));
  }

  handleReadyForQuery(connection: Connection): void {
    connection.off('parameterDescription', this.#parameters);
    this.#resolve({ parameterTypes: this.#parameterTypes, columns: this.#columns });
  }

  handleError(error: unknown, connection: Connection): void {
    const settle = (): void => {
      connection.off('readyForQuery', settle).off('end', settle);
      connection.off('parameterDescription', this.#parameters);
      this.#reject(error);
    };
    // pg forgets a statement that failed; the transaction's state comes with the server's readiness.
    if (isReported(error)) connection.on('readyForQuery', settle).on('end', settle);
    else settle();
  }

  readonly #parameters = (message: { dataTypeIDs: readonly number[] }): void => {
    this.#parameterTypes = [...message.dataTypeIDs];
  };
}
