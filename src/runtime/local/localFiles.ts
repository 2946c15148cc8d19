import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { HostFiles } from '../runtime.ts';
import type { OsUser } from './osUser.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const ignoreMissing = (error: unknown): undefined => {
  if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
  throw error;
};

/** Files on this machine, given to `owner` where we are root. */
export class LocalFiles implements HostFiles {
  readonly #owner: OsUser | undefined;

  constructor(owner: OsUser | undefined) {
    this.#owner = owner;
  }

  async makeDirectory(directory: string, mode: number): Promise<void> {
    // The parents must let the servers' user pass, but not look around.
    await mkdir(path.dirname(directory), { recursive: true, mode: 0o711 });
    await mkdir(directory).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    await chmod(directory, mode);
    await this.#give(directory);
  }

  async write(file: string, content: string, mode: number): Promise<void> {
    const temporary = `${file}.${randomBytes(6).toString('hex')}.new`;
    try {
      const handle = await open(temporary, 'wx', mode);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await this.#give(temporary);
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async read(file: string): Promise<string | undefined> {
    return await readFile(file, 'utf8').catch(ignoreMissing);
  }

  /** The last `bytes` of a file; empty where there is none. */
  async readEnd(file: string, bytes: number): Promise<string> {
    const handle = await open(file).catch(ignoreMissing);
    if (handle === undefined) return '';
    try {
      const { size } = await handle.stat();
      const buffer = Buffer.alloc(Math.min(size, bytes));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  async list(directory: string): Promise<string[] | undefined> {
    return await readdir(directory).catch(ignoreMissing);
  }

  async remove(target: string): Promise<void> {
    // A link is removed, never what it points to.
    const isLink = (await lstat(target).catch(ignoreMissing))?.isSymbolicLink() ?? false;
    await rm(target, { force: true, recursive: !isLink, maxRetries: 5, retryDelay: 50 });
  }

  async removeIfEmpty(directory: string): Promise<boolean> {
    try {
      await rmdir(directory);
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return true;
      if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  async #give(target: string): Promise<void> {
    if (this.#owner) await chown(target, this.#owner.uid, this.#owner.gid);
  }
}
