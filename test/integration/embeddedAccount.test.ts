import { match, ok, rejects, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ClusterError } from '../../src/cluster/errors.ts';
import { createAccount } from '../../src/runtime/local/createAccount.ts';
import { skip } from '../support/skip.ts';

const run = promisify(execFile);
const source = path.resolve('src/runtime/local/createAccount.ts');

/** Makes an account in a copy of this machine's /etc, and shows it. Arguments: folder for the copy, program, name. */
const IN_A_COPY = `
  cp --archive /etc "$1" && mount --bind "$1/etc" /etc || exit 3
  node --import tsx --input-type=module --eval "$2" || exit 4
  grep "^$3:" /etc/passwd /etc/group || exit 4`;

describe('making an account for the servers', () => {
  it('makes one that nobody can log in to', async function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can make accounts');
    const before = await readFile('/etc/passwd', 'utf8');
    const folder = await mkdtemp(path.join(os.tmpdir(), 'citus-etc-'));
    const name = `citus-test-${process.pid}`;
    const program = `import { createAccount } from '${source}'; await createAccount('${name}');`;
    try {
      const inNamespace = ['--mount', '--propagation', 'private', 'sh', '-c', IN_A_COPY];
      const { stdout } = await run('unshare', [...inNamespace, '-', folder, program, name]).catch(
        (error: unknown) => {
          if (error instanceof Error && 'code' in error && error.code === 4) throw error;
          return skip(this, 'folders can’t be mounted here');
        },
      );
      const [account, group] = stdout.trim().split('\n');
      match(
        account ?? '',
        /^\/etc\/passwd:[^:]+:x:\d+:\d+:[^:]*:\/nonexistent:(\/.*\/nologin|\/bin\/false)$/,
      );
      match(group ?? '', /^\/etc\/group:/);
      strictEqual(await readFile('/etc/passwd', 'utf8'), before);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('refuses names that are none, and says what to do', async () => {
    for (const name of ['', 'root user', '--system', '../x', 'Postgres']) {
      await rejects(createAccount(name), (error) => {
        ok(ClusterError.is(error, 'no-os-user'));
        strictEqual(error.detail.osUser, name);
        ok(error.nextStep);
        return true;
      });
    }
  });
});
