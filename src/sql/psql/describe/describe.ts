import * as v from 'valibot';
import type { Row } from '../../../postgres/dataRows.ts';
import { type Command, type CommandContext, print } from '../command.ts';
import { CommandError } from '../commandError.ts';
import { LISTS, type ListRequest, relations } from './lists.ts';
import { parsePattern } from './pattern.ts';
import { distributionRows, matchingRelations, partsOf, RELATION_COLUMNS } from './relation.ts';

const TEXT_OID = 25;
/** Letters of kinds of relations, in any number and order: `\dt`, `\dtv`. */
const RELATIONS = /^\\d[timvsE]*$/;
const KIND_WORDS = 'table, view, index or sequence';

/** Whether a command is one of those that look into the catalogs and are known here, with `S` and `+` or without. */
export const isDescribe = (name: string): boolean => {
  const { command } = taken(name);
  return RELATIONS.test(command) || LISTS[command] !== undefined;
};

const taken = (name: string): { command: string; more: boolean; system: boolean } => {
  const command = name.replace(/[S+]+$/, '');
  const flags = name.slice(command.length);
  return { command, more: flags.includes('+'), system: flags.includes('S') };
};

/** `\d`, `\dt` and their like, by queries of our own on the catalogs. What they find is shown as rows. */
export const describeCommand: Command = async (context) => {
  const { command, more, system } = taken(context.name);
  const [argument] = context.args;
  const request = { pattern: parsePattern(argument?.value ?? ''), more, system };
  if (command === '\\d' && argument) {
    await describeRelations(context, request, argument.value);
    return undefined;
  }
  const { sql, values } = LISTS[command]?.(request) ?? relations(command.slice(2), request);
  const { stopped } = await context.session.execute(sql, context.statement.sink, context.signal, { values });
  return { commandTag: context.name, stopped };
};

const Relation = v.object({ oid: v.string(), schema: v.string(), name: v.string(), kind: v.string() });
const Part = v.object({
  part: v.string(),
  name: v.nullable(v.string()),
  type: v.nullable(v.string()),
  details: v.nullable(v.string()),
});

/** @param pattern as it was given */
const describeRelations = async (
  context: CommandContext,
  request: ListRequest,
  pattern: string,
): Promise<void> => {
  const { session, statement, server, signal } = context;
  const { sql, values } = matchingRelations(request);
  const found = await session.query(Relation, sql, values);
  if (found.length === 0) {
    throw new CommandError(`There is no ${KIND_WORDS} of the name “${pattern}” here.`);
  }
  const sharded = (await server.listTables?.(session)) ?? [];
  statement.showRows(
    RELATION_COLUMNS.map((name) => ({ name, typeOid: TEXT_OID })),
    [],
  );
  for (const { oid, schema, name, kind } of found) {
    if (signal.aborted) return;
    const relation = `${schema}.${name}`;
    const table = sharded.find((each) => String(each.oid) === oid);
    const parts = await session.query(Part, partsOf(request.more), [oid]);
    const rows: Row[] = parts.map((part) => [part.part, part.name, part.type, part.details]);
    for (const row of [...rows, ...(table ? distributionRows(table) : [])]) {
      statement.appendRow([relation, ...row]);
    }
    print(context, `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${relation}`);
  }
};
