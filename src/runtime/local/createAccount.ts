import { constants } from 'node:fs';
import { access, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { ClusterError } from '../../cluster/errors.ts';
import { loadExeca } from '../execa.ts';

/** PATH seldom has these for a shell that wasn't a login. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];
const DEADLINE_MS = 20_000;

/**
 * Makes an account for PostgreSQL's servers, which refuse to run as root: a system account with a group of its own,
 * without a home or a password, that nobody can log in to. To be called as root, and when the person wants it.
 * @throws ClusterError `no-os-user` where this machine has no program for it, or that fails
 */
export const createAccount = async (name: string): Promise<void> => {
  // What useradd accepts everywhere (its manual page, "Caveats").
  if (!/^[a-z_][a-z0-9_-]{0,30}$/.test(name)) {
    throw problem(name, 'its name must be of small letters, digits, - and _, and begin with a letter');
  }
  const shell = (await program('nologin')) ?? '/bin/false';
  const hasGroup = (await readFile('/etc/group', 'utf8'))
    .split('\n')
    .some((line) => line.startsWith(`${name}:`));
  const useradd = await program('useradd');
  if (useradd !== undefined) {
    const group = hasGroup ? ['--gid', name] : ['--user-group'];
    const home = ['--no-create-home', '--home-dir', '/nonexistent'];
    await run(name, useradd, ['--system', ...group, ...home, '--shell', shell, name]);
    return;
  }
  const busybox = await busyboxWith('adduser');
  if (busybox === undefined) throw problem(name, 'there is no useradd, and no adduser of BusyBox');
  if (!hasGroup) await run(name, busybox, ['addgroup', '-S', name]);
  const home = ['-H', '-h', '/nonexistent'];
  await run(name, busybox, ['adduser', '-S', '-D', ...home, '-G', name, '-s', shell, name]);
};

/** Full path of a program of the system's; undefined where there is none. */
const program = async (name: string): Promise<string | undefined> => {
  for (const folder of SYSTEM_FOLDERS) {
    const file = path.join(folder, name);
    const executable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return file;
  }
  return undefined;
};

/** BusyBox, where a program is one of its own; those of the same name elsewhere take other arguments. */
const busyboxWith = async (name: string): Promise<string | undefined> => {
  const file = await program(name);
  const real = file && (await realpath(file));
  return real !== undefined && path.basename(real).startsWith('busybox') ? real : undefined;
};

const run = async (account: string, file: string, args: readonly string[]): Promise<void> => {
  const { execa } = await loadExeca();
  const { failed, stderr, shortMessage } = await execa(file, args, {
    cwd: '/',
    stdin: 'ignore',
    timeout: DEADLINE_MS,
    reject: false,
  });
  if (failed) throw problem(account, (stderr || (shortMessage ?? file)).replace(/\.$/, ''));
};

const problem = (name: string, why: string): ClusterError =>
  new ClusterError(
    'no-os-user',
    `An account “${name}” to run PostgreSQL could not be made: ${why}.`,
    { osUser: name },
    { nextStep: 'Make one yourself, and name it in the setting citus.servers.osUser.' },
  );
