import { parseBoolean } from './boolean.ts';
import { type Command, type CommandContext, print, STOPPED } from './command.ts';
import { CommandError } from './commandError.ts';
import { connectCommand, connectionInfo } from './connect.ts';
import { clientCopy } from './clientCopy.ts';
import { describeCommand, isDescribe } from './describe/describe.ts';
import { describeResult, executeCells, setFromRow } from './sending.ts';
import { isVariableName } from './variables.ts';

const TEXT_OID = 25;

/** @returns undefined for a command that isn't run here */
export const findCommand = (name: string): Command | undefined => {
  if (isDescribe(name)) return describeCommand;
  return COMMANDS[name.toLowerCase() === '\\copy' ? '\\copy' : name];
};

/** Commands that decide what is run; the interpreter knows them itself. */
const CONTROL_COMMANDS: ReadonlySet<string> = new Set([
  '\\if',
  '\\elif',
  '\\else',
  '\\endif',
  '\\q',
  '\\quit',
  '\\i',
  '\\ir',
  '\\include',
  '\\include_relative',
]);

/** Commands that read the rest of the line by themselves. */
export const WHOLE_LINE_COMMANDS: ReadonlySet<string> = new Set(['\\copy']);

const set: Command = (context) => {
  const [name, ...values] = context.args.map(({ value }) => value);
  if (name === undefined) {
    context.statement.showRows(
      [
        { name: 'variable', typeOid: TEXT_OID },
        { name: 'value', typeOid: TEXT_OID },
      ],
      context.variables.list(),
    );
    return undefined;
  }
  if (!context.variables.set(name, values.join(''))) throw invalidName(name);
  return undefined;
};

const unset: Command = ({ args, variables, name }) => {
  const [variable] = args;
  if (!variable) throw new CommandError(`${name} needs the name of a variable.`);
  variables.unset(variable.value);
  return undefined;
};

const echo: Command = (context) => {
  const [first, ...rest] = context.args;
  const words = first && !first.quoted && first.value === '-n' ? rest : context.args;
  const message = words.map(({ value }) => value).join(' ');
  context.statement.note({ severity: context.name === '\\warn' ? 'WARNING' : 'OUTPUT', message });
  return undefined;
};

const prompt: Command = async ({ args, variables, ask, statement, name: command }) => {
  const [first, second] = args.map(({ value }) => value);
  const name = second ?? first;
  if (name === undefined) throw new CommandError(`${command} needs the name of a variable.`);
  if (!isVariableName(name)) throw invalidName(name);
  const { sql, line } = statement.view;
  const text = second === undefined ? {} : { text: first ?? '' };
  const value = await ask({ kind: 'prompt', name, ...text, statement: sql, line });
  if (value === undefined || value === null) return STOPPED;
  variables.set(name, value);
  return undefined;
};

const invalidName = (name: string): CommandError =>
  new CommandError(`${name} can't be the name of a variable: only letters, digits and underscores can.`);

const timing: Command = (context) => {
  const [argument] = context.args;
  const on = argument && parseBoolean(argument.value);
  print(context, `Times are always shown${on === false ? ', so they stay on' : ''}.`);
  return undefined;
};

/** For what is about psql's own tables of text. */
const looks: Command = (context) => {
  print(
    context,
    `${context.name} changes how psql prints. Here rows are in a grid, which it doesn't change.`,
  );
  return undefined;
};

const encoding: Command = (context) => {
  const [argument] = context.args;
  if (argument && !/^(utf-?8|unicode)$/i.test(argument.value)) {
    throw new CommandError(
      `Files are read as UTF-8 here, not as ${argument.value}.`,
      'Save the file as UTF-8, and take the command out.',
    );
  }
  print(context, 'UTF8');
  return undefined;
};

const COMMANDS: Readonly<Record<string, Command>> = {
  '\\set': set,
  '\\unset': unset,
  '\\echo': echo,
  '\\qecho': echo,
  '\\warn': echo,
  '\\prompt': prompt,
  '\\gset': setFromRow,
  '\\gexec': executeCells,
  '\\gdesc': describeResult,
  '\\copy': clientCopy,
  '\\c': connectCommand,
  '\\connect': connectCommand,
  '\\conninfo': (context: CommandContext) => {
    print(context, connectionInfo(context));
    return undefined;
  },
  '\\timing': timing,
  '\\encoding': encoding,
  '\\x': looks,
  '\\pset': looks,
  '\\a': looks,
  '\\t': looks,
  '\\H': looks,
  '\\C': looks,
  '\\f': looks,
};

/** Whether a command can be run here. */
export const isCommand = (name: string): boolean =>
  CONTROL_COMMANDS.has(name) || name === '\\g' || name === '\\gx' || findCommand(name) !== undefined;
