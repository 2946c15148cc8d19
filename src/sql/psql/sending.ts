import * as v from 'valibot';
import type { Session } from '../../postgres/session.ts';
import { split } from '../splitter/splitter.ts';
import { summary } from '../splitter/summary.ts';
import { type Command, STOPPED } from './command.ts';
import { CommandError } from './commandError.ts';

const TEXT_OID = 25;
/** Rows of a result that are looked at at once. */
const WINDOW = 1000;
const text = (name: string): { name: string; typeOid: number } => ({ name, typeOid: TEXT_OID });

/** `\gset [prefix]`: a variable for each column of the one row; NULL unsets it. */
export const setFromRow: Command = async ({ args, previous, variables }) => {
  if (!previous) return undefined;
  const { columns, rowCount } = previous.view;
  if (rowCount !== 1) {
    throw new CommandError(
      `\\gset wants exactly one row, and the statement before it gave ${rowCount === 0 ? 'none' : rowCount}.`,
    );
  }
  const [row = []] = await previous.rows(0, 1);
  columns.forEach(({ name }, index) => {
    const variable = `${args[0]?.value ?? ''}${name}`;
    const value = row[index] ?? null;
    if (value === null) variables.unset(variable);
    else if (!variables.set(variable, value)) {
      throw new CommandError(
        `\\gset can't make a variable of the column ${name}: only letters, digits and underscores can be in its name.`,
      );
    }
  });
  return undefined;
};

/** `\gexec`: runs each value of the result as a statement, row by row; NULLs are left out. */
export const executeCells: Command = async ({ previous, session, signal, statement }) => {
  if (!previous) return undefined;
  statement.showRows([text('statement'), text('result')], []);
  const { rowCount } = previous.view;
  for (let first = 0; first < rowCount;) {
    const rows = await previous.rows(first, WINDOW);
    for (const cell of rows.flat()) {
      if (cell === null) continue;
      for (const piece of split(cell)) {
        if (signal.aborted) return STOPPED;
        if (piece.kind === 'psql' || piece.interruptedBy) {
          throw new CommandError(
            `\\gexec sends statements only, and this is a psql command: ${summary(piece.text)}`,
          );
        }
        statement.showProgress(summary(piece.text));
        const { commandTag, stopped } = await session.execute(piece.text, DISCARD, signal);
        if (stopped) return STOPPED;
        statement.appendRow([summary(piece.text, 1000), commandTag]);
      }
    }
    first += rows.length;
  }
  return undefined;
};

const DISCARD = { columns: () => undefined, rows: () => undefined };

/** `\gdesc`: names and types of the columns that the statement before it would give. */
export const describeResult: Command = async ({ previous, session, signal, statement }) => {
  if (!previous) return undefined;
  const { columns } = await session.describe(previous.sent.text, signal);
  const types = await typeNames(session, columns);
  statement.showRows(
    [text('column'), text('type')],
    columns.map(({ name }, index) => [name, types[index] ?? null]),
  );
  return undefined;
};

const Types = v.object({ names: v.array(v.string()) });

/** The names of types as SQL has them. The session must take queries. */
export const typeNames = async (
  session: Session,
  types: readonly { readonly typeOid: number; readonly typeModifier: number }[],
): Promise<string[]> => {
  if (types.length === 0) return [];
  const [row] = await session.query(
    Types,
    `SELECT pg_catalog.array_agg(pg_catalog.format_type(t.oid, nullif(t.modifier, -1)) ORDER BY t.place) AS names
     FROM ROWS FROM (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::int4[])) WITH ORDINALITY AS t(oid, modifier, place)`,
    [types.map(({ typeOid }) => typeOid), types.map(({ typeModifier }) => typeModifier)],
  );
  return row?.names ?? [];
};
