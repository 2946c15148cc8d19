import { createInterface } from 'node:readline';
import { loadExeca } from '../execa.ts';
import { CommandError } from '../runtime.ts';

/** How to run an engine's command line. */
export interface CommandOptions {
  readonly signal?: AbortSignal;
  /** 1 minute unless told. */
  readonly deadlineMs?: number;
  /** What it reads from its standard input; nothing unless told. */
  readonly input?: string | Uint8Array;
  /** Called with each line that it prints, while it runs. */
  readonly onLine?: (line: string) => void;
}

/** How a program ended, and what it said. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const DEADLINE_MS = 60_000;

/**
 * Runs an engine's command line to its end, whatever that is. It gets our whole environment, since that says which
 * engine it speaks to (DOCKER_HOST, DOCKER_CONTEXT) and how to get there (HOME, SSH_AUTH_SOCK, proxies).
 * @param program `docker` or `podman`, by its full path
 * @throws CommandError where it can't be run, was cancelled, or didn't end in time
 */
export const ask = async (
  program: string,
  args: readonly string[],
  { signal, deadlineMs = DEADLINE_MS, input, onLine }: CommandOptions = {},
): Promise<Outcome> => {
  const { execa } = await loadExeca();
  const child = execa(program, args, {
    reject: false,
    stripFinalNewline: false,
    all: true,
    timeout: deadlineMs,
    forceKillAfterDelay: 5000,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    ...(signal && { cancelSignal: signal }),
  });
  if (onLine) createInterface({ input: child.all }).on('line', onLine);
  const { exitCode, stdout, stderr, isCanceled, timedOut, originalMessage } = await child;
  if (exitCode !== undefined && !isCanceled && !timedOut) return { exitCode, stdout, stderr };
  const what = describeCommand(program, args);
  if (isCanceled) throw new CommandError(`${what} was cancelled.`, stderr, { cancelled: true });
  const why = timedOut
    ? `did not finish within ${deadlineMs / 1000} s`
    : `could not be run: ${originalMessage ?? 'it was ended from outside'}`;
  throw new CommandError(`${what} ${why}.`, stderr);
};

/** `docker start`: a command in an error, without its arguments. */
export const describeCommand = (program: string, args: readonly string[]): string => {
  const name = program.replace(/^.*[\\/]/, '').replace(/\.exe$/i, '');
  return [name, ...args.slice(0, SUBCOMMANDS.has(args[0] ?? '') ? 2 : 1)].join(' ');
};

/** Words that are followed by another one which says what to do. */
const SUBCOMMANDS = new Set(['container', 'context', 'image', 'network', 'volume']);
