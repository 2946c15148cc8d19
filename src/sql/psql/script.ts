import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Piece, split } from '../splitter/splitter.ts';
import { effectOf } from '../splitter/psqlCommand.ts';
import { sends } from '../splitter/together.ts';
import { ArgumentError, readArguments } from './arguments.ts';
import { ConditionalError, Conditionals } from './conditionals.ts';
import { Variables } from './variables.ts';

/** A text that pieces are of. */
export interface Source {
  /** For people: the file's name. */
  readonly name: string;
  /** Of the file, absolute; undefined for a document that was never saved. */
  readonly path?: string;
  readonly text: string;
}

/** A statement or command of a run. */
export interface Step {
  readonly piece: Piece;
  readonly source: Source;
  /** How many files named by `\i` it is within. */
  readonly depth: number;
  /** Of a statement, the psql command that sends it where that is none of `;`, `\g` and `\gx`: `\gset`, `\gdesc` …. */
  readonly sentBy?: string;
  /** Of a command `\i`, why its file can't be read. */
  readonly problem?: string;
}

/** Why a script can't be run at all. */
export interface Refusal {
  /** Index of the step that stands in the way. */
  readonly index: number;
  /** Offset in its source, in UTF-16 code units, of what stands in the way. */
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

/** What to run, in order, unless something stands in the way. */
export interface Script {
  readonly steps: readonly Step[];
  readonly refusal?: Refusal;
}

const INCLUDES = new Set(['\\i', '\\ir', '\\include', '\\include_relative']);
/** Commands that only send the statement before them, and so are no step of their own. */
const PLAIN_SENDERS = new Set(['\\g', '\\gx']);
const NOTHING_RUN = 'Nothing was run.';

/**
 * Makes a script of pieces. The pieces of files that `\i` names follow it; they are looked for from the folder of the
 * file that names them, and read before anything is run. One that can't be read stands in the way of everything, unless
 * `\if` may leave it out; so does a command that isn't known, or an `\if` that isn't ended.
 *
 * @param isCommand tells the commands that can be run
 * @param nodeName where psql could run the rest
 */
export const readScript = (
  pieces: readonly Piece[],
  source: Source,
  isCommand: (name: string) => boolean,
  nodeName: string,
): Script => {
  const steps: Step[] = [];
  let refusal: Refusal | undefined;
  const psqlHint = `${NOTHING_RUN} Take it out, or run the file in psql: "Open psql" on ${nodeName}.`;

  const add = (own: readonly Piece[], from: Source, chain: readonly string[], depth: number): void => {
    const blocks = new Conditionals();
    const refuse = (piece: { start: number }, message: string, hint = psqlHint): void => {
      refusal ??= { index: steps.length, offset: piece.start, message, hint };
    };
    own.forEach((piece, index) => {
      const before = own[index - 1];
      const step = { piece, source: from, depth };
      if (piece.kind === 'sql') {
        if (piece.interruptedBy) refuse(piece.interruptedBy, inTheMiddle(piece.interruptedBy.name));
        const next = own[index + 1];
        const sentBy =
          next && sends(piece, next) && !PLAIN_SENDERS.has(next.name) ? { sentBy: next.name } : {};
        steps.push({ ...step, ...sentBy });
        return;
      }
      if (effectOf(piece.name) === 'sends') {
        if (!before || !sends(before, piece)) {
          refuse(
            piece,
            `${piece.name} has no statement to send: it takes the place of the semicolon.`,
            NOTHING_RUN,
          );
        }
        const plain = PLAIN_SENDERS.has(piece.name);
        if (plain && piece.text === piece.name && refusal === undefined) return;
        if (plain)
          refuse(
            piece,
            `${piece.name} writes to no file and no program here.`,
            `${NOTHING_RUN} The result can be exported.`,
          );
      }
      if (!isCommand(piece.name)) refuse(piece, `${piece.name} is a psql command that only psql runs.`);
      const problem = blockProblem(blocks, piece.name);
      if (problem !== undefined) refuse(piece, problem, NOTHING_RUN);
      if (!INCLUDES.has(piece.name)) {
        steps.push(step);
        return;
      }
      const included = readIncluded(piece.text.slice(piece.name.length), from, chain);
      if ('problem' in included) {
        if (blocks.depth === 0) refuse(piece, included.problem, NOTHING_RUN);
        steps.push({ ...step, problem: included.problem });
        return;
      }
      steps.push(step);
      add(split(included.text), included, [...chain, included.path], depth + 1);
    });
    const last = own.at(-1);
    if (last && blocks.depth > 0) {
      refusal ??= {
        index: steps.length - 1,
        offset: last.start,
        message: '\\if is never ended: \\endif is missing.',
        hint: NOTHING_RUN,
      };
    }
  };
  add(pieces, source, source.path === undefined ? [] : [source.path], 0);
  return { steps, ...(refusal && { refusal }) };
};

const inTheMiddle = (name: string): string =>
  `${name} stands in the middle of a statement. Is a semicolon missing before it?`;

/** Follows the structure of `\if`; which branches are taken shows when they are run. */
const blockProblem = (blocks: Conditionals, name: string): string | undefined => {
  try {
    if (name === '\\if') blocks.if(true);
    else if (name === '\\elif') blocks.elif(true);
    else if (name === '\\else') blocks.else();
    else if (name === '\\endif') blocks.endif();
    return undefined;
  } catch (error) {
    if (error instanceof ConditionalError) return error.message;
    throw error;
  }
};

type Included = (Source & { readonly path: string }) | { readonly problem: string };

/** @param chain paths of the files that are being read */
const readIncluded = (argumentText: string, from: Source, chain: readonly string[]): Included => {
  let name: string | undefined;
  try {
    name = readArguments(argumentText, new Variables())[0]?.value;
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    return { problem: error.message };
  }
  if (name === undefined) return { problem: '\\i needs the name of a file.' };
  if (/:['"{A-Za-z_]/.test(name)) {
    return {
      problem: `The file's name has a variable in it (${name}): files are read before anything is run.`,
    };
  }
  if (!path.isAbsolute(name) && from.path === undefined) {
    return { problem: `${name} can't be found: save this file first, as it is looked for beside it.` };
  }
  const file = resolveFrom(from, name);
  if (chain.includes(file)) return { problem: `${name} would include itself.` };
  try {
    return { name: path.basename(file), path: file, text: readFileSync(file, 'utf8') };
  } catch (error) {
    return { problem: `${file} can't be read: ${error instanceof Error ? error.message : String(error)}.` };
  }
};

/** The file that a script names, from its own folder on. */
export const resolveFrom = (source: Source, name: string): string =>
  path.resolve(source.path === undefined ? '.' : path.dirname(source.path), name);
