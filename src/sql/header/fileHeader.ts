import { Lexer, Token } from '../splitter/lexer.ts';
import type { Range } from '../splitter/piece.ts';

/** A word of a header with its place in the file. */
interface HeaderValue extends Range {
  readonly text: string;
}

/** A part of a header that means nothing. */
interface HeaderMistake extends Range {
  readonly message: string;
}

/** What a file says of where it runs, in a comment in front of its first statement. */
export interface FileHeader extends Range {
  readonly cluster?: HeaderValue;
  readonly node?: HeaderValue;
  /** What the node must be when the file runs: `primary`, `standby` or `worker`. */
  readonly role?: HeaderValue;
  readonly readOnly: boolean;
  readonly mistakes: readonly HeaderMistake[];
}

const HEADER_ROLES = ['primary', 'standby', 'worker'] as const;

const START = /^--[ \t]*citus:/i;
const PART = /([a-z-]+)(=("[^"]*"|[^\s"]*))?|\S+/gi;

/**
 * Reads a file's header: a line such as `-- citus: cluster=demo node=coordinator2 role=standby read-only` in front of
 * the first statement. Values with spaces stand in double quotes. Only the first such line counts.
 * @returns undefined where there is none
 */
export const readHeader = (source: string): FileHeader | undefined => {
  const lexer = new Lexer(source);
  while (lexer.next() && (lexer.kind === Token.space || lexer.kind === Token.comment)) {
    const comment = source.slice(lexer.start, lexer.end);
    const start = START.exec(comment);
    if (start) return parse(comment.trimEnd(), lexer.start, start[0].length);
  }
  return undefined;
};

const parse = (comment: string, offset: number, from: number): FileHeader => {
  const values = new Map<string, HeaderValue>();
  const mistakes: HeaderMistake[] = [];
  let readOnly = false;
  for (const match of comment.slice(from).matchAll(PART)) {
    const start = offset + from + match.index;
    const range = { start, end: start + match[0].length };
    const [, key = '', , value] = match;
    const mistake = (message: string): void => void mistakes.push({ ...range, message });
    const name = key.toLowerCase();
    if (name === 'read-only' && value === undefined) readOnly = true;
    else if (!KEYS.has(name)) mistake(`“${match[0]}” means nothing here. ${KNOWN}`);
    else if (value === undefined || unquoted(value) === '') mistake(`${name} needs a value: ${name}=…`);
    else if (values.has(name)) mistake(`${name} is there twice.`);
    else {
      const quotes = value.startsWith('"') ? 1 : 0;
      values.set(name, {
        text: unquoted(value),
        start: range.end - value.length + quotes,
        end: range.end - quotes,
      });
    }
  }
  const role = values.get('role');
  if (role && !HEADER_ROLES.some((known) => known === role.text)) {
    mistakes.push({
      start: role.start,
      end: role.end,
      message: `A role is one of ${HEADER_ROLES.join(', ')}.`,
    });
  }
  const cluster = values.get('cluster');
  const node = values.get('node');
  return {
    start: offset,
    end: offset + comment.length,
    ...(cluster && { cluster }),
    ...(node && { node }),
    ...(role && { role }),
    readOnly,
    mistakes,
  };
};

const KEYS = new Set(['cluster', 'node', 'role']);
const KNOWN = 'A header has cluster=…, node=…, role=… and read-only.';

const unquoted = (value: string): string => value.replace(/^"(.*)"$/, '$1');

/** A header's line, as `readHeader` reads it. */
export const headerLine = (header: {
  readonly cluster: string;
  readonly node: string;
  readonly role?: string;
  readonly readOnly: boolean;
}): string =>
  [
    `-- citus: cluster=${quotedIfNeeded(header.cluster)}`,
    `node=${header.node}`,
    ...(header.role === undefined ? [] : [`role=${header.role}`]),
    ...(header.readOnly ? ['read-only'] : []),
  ].join(' ');

const quotedIfNeeded = (text: string): string => (/\s/.test(text) ? `"${text}"` : text);
