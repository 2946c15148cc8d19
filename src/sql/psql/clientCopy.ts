import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import { finished } from 'node:stream/promises';
import type { Completion } from '../../postgres/statement.ts';
import { SinkError } from '../../postgres/statement.ts';
import type { CommandContext } from './command.ts';
import { CommandError } from './commandError.ts';
import { type CopyCommand, parseCopy } from './copyCommand.ts';
import { inlineData } from './inlineData.ts';
import { resolveFrom } from './script.ts';

/**
 * `\copy`: rows between a table and a file of this machine, or rows that stand in the script. They go through as they
 * come, at the speed of the slower side. A file that is written has its name only when it is whole.
 *
 * @throws CommandError, ServerError, ConnectionError
 */
export const clientCopy = async (context: CommandContext): Promise<Completion> => {
  const copy = parseCopy(context.text);
  if (copy.direction === 'from') return copyFrom(copy, context);
  return copy.file === undefined
    ? context.session.execute(copy.sql, context.statement.sink, context.signal)
    : copyTo(copy, copy.file, context);
};

const copyFrom = async ({ sql, file }: CopyCommand, context: CommandContext): Promise<Completion> => {
  const { statement, session, signal } = context;
  const { piece, step } = statement;
  if (file === undefined) {
    const rows = piece.copyData ?? { start: 0, end: 0 };
    return session.execute(sql, statement.sink, signal, { copyData: inlineData(step.source.text, rows) });
  }
  const path = placeOf(context, file);
  const { size } = await stat(path).catch((error: unknown) => {
    throw new CommandError(`${path} can't be read: ${messageOf(error)}`);
  });
  const total = size > 0 ? ` of ${bytes(size)}` : '';
  let sent = 0;
  async function* chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
      const part = chunk as Buffer;
      sent += part.length;
      statement.showProgress(`${bytes(sent)}${total}`);
      yield part;
    }
  }
  try {
    return await session.execute(sql, statement.sink, signal, { copyData: chunks() });
  } catch (error) {
    throw error instanceof SinkError ? new CommandError(`${path} can't be read: ${error.message}`) : error;
  }
};

const copyTo = async ({ sql }: CopyCommand, file: string, context: CommandContext): Promise<Completion> => {
  const { statement, session, signal } = context;
  const path = placeOf(context, file);
  const existing = await stat(path).catch(() => undefined);
  // A device or a pipe is written to as it is.
  const special = existing !== undefined && !existing.isFile();
  const written = special ? path : `${path}.${process.pid}.part`;
  const stream = createWriteStream(written);
  try {
    await once(stream, 'open');
    const completion = await session.execute(sql, fileSink(stream, statement), signal);
    stream.end();
    await finished(stream);
    if (!special) await (completion.stopped ? rm(written, { force: true }) : rename(written, path));
    return completion;
  } catch (error) {
    stream.destroy();
    if (!special) await rm(written, { force: true });
    const own = error instanceof SinkError || (error instanceof Error && 'syscall' in error);
    throw own ? new CommandError(`${path} can't be written: ${messageOf(error)}`) : error;
  }
};

const fileSink = (stream: WriteStream, statement: CommandContext['statement']) => {
  let failure: Error | undefined;
  let draining: Promise<void> | undefined;
  let received = 0;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    columns: () => undefined,
    rows: () => undefined,
    copied: (chunk: Buffer): Promise<void> | undefined => {
      if (failure) throw failure;
      received += chunk.length;
      statement.showProgress(bytes(received));
      if (!stream.write(chunk)) {
        // A failing stream never drains: `once` rejects with its error.
        draining ??= once(stream, 'drain').then(() => {
          draining = undefined;
        });
      }
      return draining;
    },
  };
};

/** A file that `\copy` names: from the script's folder on; `~` is the home folder. */
const placeOf = ({ statement }: CommandContext, file: string): string => {
  const { source } = statement.step;
  const name = file.replace(/^~(?=\/|$)/, os.homedir());
  if (source.path === undefined && !/^([/\\]|[A-Za-z]:)/.test(name)) {
    throw new CommandError(
      `${file} has no folder to be in: save this SQL file first, or give the whole path.`,
    );
  }
  return resolveFrom(source, name);
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const bytes = (count: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  const value = count / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power] ?? ''}`;
};
