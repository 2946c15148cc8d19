import { Lexer, Token } from '../splitter/lexer.ts';
import { CommandError } from './commandError.ts';

/** A `\copy`, taken apart. */
export interface CopyCommand {
  readonly direction: 'from' | 'to';
  /** The COPY that the server is sent. */
  readonly sql: string;
  /** The file as it is named; undefined for stdin and stdout: rows in the script, and rows to show. */
  readonly file: string | undefined;
}

/**
 * Reads the arguments of `\copy` as psql does (PostgreSQL's parse_slash_copy in src/bin/psql/copy.c): everything but
 * the file goes to the server. Variables count for nothing in it.
 *
 * @param text what stands behind `\copy`
 * @throws CommandError
 */
export const parseCopy = (text: string): CopyCommand => {
  const lexer = new Lexer(text);
  let depth = 0;
  let direction: 'from' | 'to' | undefined;
  while (direction === undefined && lexer.next()) {
    if (lexer.kind === Token.open) depth += 1;
    else if (lexer.kind === Token.close) depth -= 1;
    else if (lexer.kind === Token.word && depth === 0) {
      const word = text.slice(lexer.start, lexer.end).toLowerCase();
      if (word === 'from' || word === 'to') direction = word;
    }
  }
  const what = text.slice(0, lexer.start).trim();
  if (direction === undefined || what === '') {
    throw new CommandError(
      'This \\copy can’t be read.',
      String.raw`It is \copy table [(columns)] from 'file' [options], or \copy {table | (query)} to 'file' [options].`,
    );
  }
  const { file, options } = readTarget(text.slice(lexer.end));
  const side = direction === 'from' ? 'STDIN' : 'STDOUT';
  return {
    direction,
    sql: `COPY ${what} ${direction.toUpperCase()} ${side} ${options}`.trimEnd(),
    file,
  };
};

const readTarget = (text: string): { file: string | undefined; options: string } => {
  const [all, quoted, bare = ''] = /^\s*(?:'((?:[^']|'')*)'|([^\s;']+))/.exec(text) ?? [];
  if (all === undefined) throw new CommandError('\\copy needs the name of a file, or stdin or stdout.');
  const options = text.slice(all.length).trim().replace(/;$/, '').trimEnd();
  if (quoted !== undefined) return { file: quoted.replaceAll("''", "'"), options };
  switch (bare.toLowerCase()) {
    case 'stdin':
    case 'stdout':
      return { file: undefined, options };
    case 'pstdin':
    case 'pstdout':
      throw new CommandError(
        `There is no ${bare} here, as there is no terminal.`,
        'Use stdin or stdout, or a file.',
      );
    case 'program':
      throw new CommandError('\\copy starts no programs here.', 'Run the program first, and use its file.');
    default:
      return { file: bare, options };
  }
};
