/** Commands that send the statement before them, and so end it. */
const SENDING = new Set([
  '\\g',
  '\\gx',
  '\\gset',
  '\\gexec',
  '\\gdesc',
  '\\crosstabview',
  '\\watch',
  '\\parse',
  '\\sendpipeline',
]);
/** Commands that throw the statement before them away. */
const DISCARDING = new Set(['\\r', '\\reset']);
/** Commands whose argument is all that is left of the line. */
const WHOLE_LINE = new Set(['\\!', '\\h', '\\help', '\\sf', '\\sf+', '\\sv', '\\sv+', '\\ef', '\\ev']);
/** Commands with an argument that is all that is left of the line if it begins with `|`. */
const PIPING = new Set(['\\g', '\\gx', '\\o', '\\out', '\\w', '\\write']);

/** Not commands but ways to put a semicolon or a colon into the statement. */
const ESCAPES = new Set(['\\;', '\\:']);

/** What a command does to the statement that it stands in. */
type Effect = 'sends' | 'discards' | 'joins' | 'interrupts';

/** @param name with its backslash. */
export function effectOf(name: string): Effect {
  if (SENDING.has(name)) return 'sends';
  if (DISCARDING.has(name)) return 'discards';
  return ESCAPES.has(name) ? 'joins' : 'interrupts';
}

/** @returns whether the command is `\copy`: the only one that psql knows in upper case, too. */
export function isClientCopy(name: string): boolean {
  return name.toLowerCase() === '\\copy';
}

/** Where a command lies in a source text; offsets are in UTF-16 code units. */
interface CommandExtent {
  /** With its backslash. */
  readonly name: string;
  /** Behind its last argument. */
  readonly end: number;
  /** Where the next command or SQL may begin: at the line's end, at another backslash, or behind `\\`. */
  readonly resume: number;
}

/**
 * Reads a backslash command as psql does (PostgreSQL's src/bin/psql/psqlscanslash.l): it ends with the line, at
 * the next backslash outside quotes, or with `\\`, after which the line goes on with SQL.
 *
 * @param start offset of its backslash.
 */
export function readCommand(source: string, start: number): CommandExtent {
  NAME.lastIndex = start;
  const name = NAME.exec(source)?.[0] ?? '\\';
  const stop = endOfArguments(source, start + name.length, name);
  return {
    name,
    end: start + source.slice(start, stop).trimEnd().length,
    resume: source.startsWith('\\\\', stop) ? stop + 2 : stop,
  };
}

const NAME = /\\(?:[;:]|[^\s\\]*)/y;

/** @param from behind the command's name. */
function endOfArguments(source: string, from: number, name: string): number {
  if (ESCAPES.has(name)) return from;
  // psql drops the rest of the line behind a name that it doesn't know, such as these always are.
  const unknown = !/^\\[a-z!?]/i.test(name);
  if (unknown || isClientCopy(name) || WHOLE_LINE.has(name)) return endOfLine(source, from);
  const pipes = PIPING.has(name);
  let quote = '';
  for (let at = from; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === '\n') return at;
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (character === '\\' && quote === "'" && source.charAt(at + 1) !== '\n') at++;
    } else if (character === '\\') {
      return at;
    } else if (pipes && character === '|' && /\s/.test(source.charAt(at - 1))) {
      return endOfLine(source, at);
    } else if (character === "'" || character === '"' || character === '`') {
      quote = character;
    }
  }
  return source.length;
}

function endOfLine(source: string, from: number): number {
  const newline = source.indexOf('\n', from);
  return newline < 0 ? source.length : newline;
}
