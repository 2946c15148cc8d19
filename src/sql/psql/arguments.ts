import { quoteIdentifier, quoteLiteral } from '../../postgres/identifier.ts';
import type { Variables } from './variables.ts';

/** An argument of a psql command. */
export interface Argument {
  readonly value: string;
  /** Whether any of it stood in quotes: `'-'` is a text, `-` may mean something else. */
  readonly quoted: boolean;
}

/** Arguments that can't be read, for people. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', r: '\r', f: '\f' };
const VARIABLE = /:(?:\{\?([A-Za-z\u0080-\uffff_0-9]+)\}|(['"]?)([A-Za-z\u0080-\uffff_0-9]+)\2)/y;

/**
 * Reads the arguments of a psql command as psql does (PostgreSQL's src/bin/psql/psqlscanslash.l). Single quotes are
 * taken off and what they hold is read with C's escapes; double quotes stay, for names that need them; variables are
 * put in outside of quotes, and the value of one is never cut into several arguments.
 *
 * @param text what stands behind the command's name
 * @throws ArgumentError where a quote isn't closed, or a program of the machine is to be run
 */
export const readArguments = (text: string, variables: Pick<Variables, 'get'>): Argument[] => {
  const args: Argument[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    let value = '';
    let quoted = false;
    while (at < text.length && !/\s/.test(text.charAt(at))) {
      const character = text.charAt(at);
      if (character === "'") {
        const read = readQuoted(text, at + 1);
        value += read.value;
        at = read.end;
        quoted = true;
      } else if (character === '"') {
        const close = text.indexOf('"', at + 1);
        if (close < 0) throw new ArgumentError('A double quote is not closed.');
        value += text.slice(at, close + 1);
        at = close + 1;
        quoted = true;
      } else if (character === '`') {
        throw new ArgumentError('Programs of the machine, between backquotes, are not run from here.');
      } else {
        const read = character === ':' ? readVariable(text, at, variables) : undefined;
        value += read?.value ?? character;
        at = read?.end ?? at + 1;
      }
    }
    args.push({ value, quoted });
  }
  return args;
};

/** @param from behind the opening quote */
const readQuoted = (text: string, from: number): { value: string; end: number } => {
  let value = '';
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "'") {
      if (text.charAt(at + 1) !== "'") return { value, end: at + 1 };
      value += "'";
      at += 1;
    } else if (character === '\\' && at + 1 < text.length) {
      const number = /^(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3}))/.exec(text.slice(at + 1, at + 4));
      if (number) {
        const [all, hex, octal] = number;
        value += String.fromCharCode(
          hex === undefined ? parseInt(octal ?? '0', 8) & 0xff : parseInt(hex, 16),
        );
        at += all.length;
      } else {
        at += 1;
        value += ESCAPES[text.charAt(at)] ?? text.charAt(at);
      }
    } else {
      value += character;
    }
  }
  throw new ArgumentError('A single quote is not closed.');
};

/** @returns undefined where no variable of that name is set: then the text stays as it is */
const readVariable = (
  text: string,
  at: number,
  variables: Pick<Variables, 'get'>,
): { value: string; end: number } | undefined => {
  VARIABLE.lastIndex = at;
  const match = VARIABLE.exec(text);
  if (!match) return undefined;
  const [all, asked, quote, name] = match;
  const end = at + all.length;
  if (asked !== undefined) return { value: variables.get(asked) === undefined ? 'FALSE' : 'TRUE', end };
  const value = variables.get(name ?? '');
  return value === undefined ? undefined : { value: quoteAs(quote ?? '', value), end };
};

/**
 * A variable's value as `:name`, `:'name'` or `:"name"` puts it in.
 * @param quote what stands behind the colon
 */
export const quoteAs = (quote: string, value: string): string =>
  // Like libpq with a blank before E'…', which must not stick to a word before it.
  quote === "'"
    ? `${value.includes('\\') ? ' ' : ''}${quoteLiteral(value)}`
    : quote === '"'
      ? quoteIdentifier(value)
      : value;

/**
 * Reads an argument that names something of the database: unquoted letters become lower case, double quotes go
 * (PostgreSQL's dequote_downcase_identifier).
 */
export const toIdentifier = (argument: string): string =>
  argument.replace(/"((?:[^"]|"")*)"|[^"]+/g, (all, quoted: string | undefined) =>
    quoted === undefined ? all.toLowerCase() : quoted.replaceAll('""', '"'),
  );
