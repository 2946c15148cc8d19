import type { Session } from '../../postgres/session.ts';
import { ServerError } from '../../postgres/errors.ts';
import type { RunStatement } from '../run/runStatement.ts';
import type { Ask } from './ask.ts';
import { typeNames } from './sending.ts';
import { asSent, type Parametrized } from './parameters.ts';
import type { Variables } from './variables.ts';
import { InterpolationError } from './interpolate.ts';

/** Asking was given up: the run is to end. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** The values of a run's parameters: each name is asked for once, and `$1` once for each statement. */
export class ParameterValues {
  readonly #ask: Ask;
  readonly #values = new Map<string, string | null>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /**
   * Asks for what a statement's parameters lack.
   * @param statement the file's
   * @param parametrized it with variables put in
   * @param names the parameters to ask for, all of them unless told
   * @throws GivenUp, ConnectionError
   */
  async complete(
    statement: RunStatement,
    parametrized: Parametrized,
    session: Session,
    signal: AbortSignal,
    names: readonly string[] = parametrized.parameters,
  ): Promise<void> {
    const missing = names.filter((name) => !this.#values.has(keyOf(statement, name)));
    if (missing.length === 0) return;
    const types = await inferredTypes(parametrized.text, session, signal);
    for (const name of missing) {
      if (signal.aborted) throw new GivenUp();
      const type = types[parametrized.parameters.indexOf(name)];
      const { sql, line } = statement.view;
      const value = await this.#ask({
        kind: 'parameter',
        name,
        ...(type !== undefined && { type }),
        statement: sql,
        line,
      });
      if (value === undefined) throw new GivenUp(`No value was given for ${name}.`);
      this.#values.set(keyOf(statement, name), value);
    }
  }

  /** The values that `complete` has got for a statement. */
  of(statement: RunStatement, { parameters }: Parametrized): (string | null)[] {
    return parameters.map((name) => this.#values.get(keyOf(statement, name)) ?? null);
  }
}

const keyOf = ({ view }: RunStatement, name: string): string =>
  name.startsWith('$') ? `${view.id} ${name}` : name;

/** The types that the server infers; none in a transaction, which an error would end. */
const inferredTypes = async (
  sql: string,
  session: Session,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  if (session.transactionStatus !== 'idle') return [];
  try {
    const { parameterTypes } = await session.describe(sql, signal);
    return await typeNames(
      session,
      parameterTypes.map((typeOid) => ({ typeOid, typeModifier: -1 })),
    );
  } catch (error) {
    // Its table may be made by a statement before it; what is really wrong shows when it is run.
    if (error instanceof ServerError) return [];
    throw error;
  }
};

/**
 * The parameters that are sure to be needed, which are asked for before anything is run: not within `\if`, and not
 * of names that the script itself may set.
 *
 * @param variables as they are before the script
 */
export const certainParameters = (
  statements: readonly RunStatement[],
  variables: Variables,
): { readonly statement: RunStatement; readonly parametrized: Parametrized; readonly names: string[] }[] => {
  const settable = new Set<string>();
  const found: ReturnType<typeof certainParameters> = [];
  let depth = 0;
  for (const statement of statements) {
    const { piece, step } = statement;
    if (piece.kind === 'psql') {
      if (piece.name === '\\if') depth += 1;
      else if (piece.name === '\\endif') depth -= 1;
      else if (piece.name === '\\set' || piece.name === '\\prompt') {
        for (const word of piece.text.split(/\s+/)) settable.add(`:${word}`);
        // From here on any name may be set, or nothing be run.
      } else if (piece.name === '\\gset' || piece.name.startsWith('\\q')) break;
      continue;
    }
    if (depth > 0 || step.sentBy === '\\gdesc') continue;
    const parametrized = parametrize(piece.text, variables);
    const names = parametrized?.parameters.filter((name) => !settable.has(name)) ?? [];
    if (parametrized && names.length > 0) found.push({ statement, parametrized, names });
  }
  return found;
};

const parametrize = (sql: string, variables: Variables): Parametrized | undefined => {
  try {
    return asSent(sql, variables);
  } catch (error) {
    if (error instanceof InterpolationError) return undefined;
    throw error;
  }
};
