import { randomUUID } from 'node:crypto';
import { chmod, type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** A temporary file for one result's pages. */
export interface ResultFile {
  /** Adds to the end. @throws ResultFileError */
  append(bytes: Buffer): Promise<void>;
  /** @param position of the first byte, from 0 @throws ResultFileError */
  read(position: number, length: number): Promise<Buffer>;
  /** Closes and deletes it. */
  remove(): Promise<void>;
}

/** Makes a result's file when it is first needed. @throws ResultFileError */
export type CreateResultFile = () => Promise<ResultFile>;

/** Rows could not be kept in a file; the message is for people. */
export class ResultFileError extends Error {
  override readonly name = 'ResultFileError';
  readonly reason: 'disk-full' | 'unusable';

  constructor(folder: string, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    const what = full
      ? `The disk is full: the rows that follow do not fit into ${folder}.`
      : `The rows that follow could not be kept in ${folder}: ${cause instanceof Error ? cause.message : String(cause)}.`;
    const next = full ? 'free some space, or ask for fewer rows' : 'see to that folder';
    super(
      `${what} The server has run the statement all the same; to see all rows, ${next}, and run it again.`,
      {
        cause,
      },
    );
    this.reason = full ? 'disk-full' : 'unusable';
  }
}

/** `<pid of the process that uses it>-<random>.rows` */
const FILE_NAME = /^(\d+)-[0-9a-f-]+\.rows$/;

/** The folder of our own that the files of results are in. Nobody else can read them, nor list them. */
export class ResultFiles {
  readonly #folder: string;
  readonly #open = new Set<ResultFile>();

  /** @param folder made when the first file is */
  constructor(folder: string) {
    this.#folder = folder;
  }

  readonly create: CreateResultFile = async () => {
    const file = path.join(this.#folder, `${process.pid}-${randomUUID()}.rows`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      // It may have been there, with another mode.
      await chmod(this.#folder, 0o700);
      const handle = await open(file, 'wx+', 0o600);
      const resultFile = new OpenResultFile(this.#folder, file, handle, () => this.#open.delete(resultFile));
      this.#open.add(resultFile);
      return resultFile;
    } catch (error) {
      throw new ResultFileError(this.#folder, error);
    }
  };

  /**
   * Deletes what processes left that ended without doing so. A process counts as dead also where another one has its
   * pid by now: where the file is older than the system's start, or the pid is ours. So call it before the first file.
   * @throws what the file system says, apart from there being no folder
   */
  async removeLeftovers(): Promise<void> {
    const startedAt = Date.now() - os.uptime() * 1000;
    for (const name of await namesIn(this.#folder)) {
      const pid = Number(FILE_NAME.exec(name)?.[1]);
      const file = path.join(this.#folder, name);
      if (Number.isNaN(pid)) continue;
      if (pid === process.pid || !isAlive(pid) || (await changedAt(file)) < startedAt)
        await rm(file, { force: true });
    }
  }

  /** Deletes all files that are open. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((file) => file.remove()));
  }
}

class OpenResultFile implements ResultFile {
  readonly #folder: string;
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #removed: () => void;
  #length = 0;

  constructor(folder: string, file: string, handle: FileHandle, removed: () => void) {
    this.#folder = folder;
    this.#file = file;
    this.#handle = handle;
    this.#removed = removed;
  }

  async append(bytes: Buffer): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#length);
        done += bytesWritten;
        this.#length += bytesWritten;
      }
    } catch (error) {
      throw new ResultFileError(this.#folder, error);
    }
  }

  async read(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    try {
      for (let done = 0; done < length;) {
        const { bytesRead } = await this.#handle.read(bytes, done, length - done, position + done);
        if (bytesRead === 0) throw new Error(`${this.#file} has become shorter`);
        done += bytesRead;
      }
      return bytes;
    } catch (error) {
      throw new ResultFileError(this.#folder, error);
    }
  }

  async remove(): Promise<void> {
    this.#removed();
    await this.#handle.close();
    await rm(this.#file, { force: true });
  }
}

const namesIn = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
};

const isAlive = (pid: number): boolean => {
  try {
    // Signal 0 asks only whether there is such a process.
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** Milliseconds since the epoch; a file that is gone was never changed. */
const changedAt = async (file: string): Promise<number> => {
  try {
    return (await stat(file)).mtimeMs;
  } catch {
    return 0;
  }
};
