import * as v from 'valibot';
import { ClusterError } from '../../cluster/errors.ts';
import { ask } from './commandLine.ts';
import { failure, find } from './run.ts';
import type { Owner } from './tar.ts';

/** What an image holds, as far as running servers needs it. */
export interface ImageContents {
  /** `17.2`. */
  readonly postgresVersion: string;
  /** Version of the Citus extension, absent where there is none. */
  readonly citusVersion?: string;
  /** Value for PATH with which all of PostgreSQL's programs are found. */
  readonly path: string;
  /** The account postgres. */
  readonly user: Owner;
  readonly hasPsql: boolean;
}

const DEADLINE_MS = 60_000;
/** What `sh -c` ends with where there is no such program as it asks for. */
const NO_SHELL = 127;

/**
 * Looks for PostgreSQL's programs, the account and Citus with a POSIX shell's own means: there may be nothing else.
 * A folder that holds the server itself goes first, since Debian puts wrappers of the other programs on PATH.
 */
const SCRIPT = `
found=
for folder in /usr/lib/postgresql/*/bin; do found="$folder:$found"; done
server=$(PATH="$PATH:$found$(pg_config --bindir 2>/dev/null)"; command -v postgres)
bin=\${server%/*}
version=\${bin%/bin}
if [ "$bin" ]; then PATH="$bin:$PATH"; fi
echo "path=$PATH"
echo "postgres=$(postgres --version 2>/dev/null)"
echo "uid=$(id -u postgres 2>/dev/null)"
echo "gid=$(id -g postgres 2>/dev/null)"
for program in initdb pg_ctl pg_basebackup pg_isready; do
  command -v "$program" >/dev/null || echo "missing=$program"
done
command -v psql >/dev/null && echo "psql=yes"
for share in "$(pg_config --sharedir 2>/dev/null)" "/usr/share/postgresql/\${version##*/}" "$version/share/postgresql" \\
  "$version/share"; do
  if [ -r "$share/extension/citus.control" ]; then
    while IFS= read -r line; do
      case $line in default_version*) echo "citus=$line" ;; esac
    done <"$share/extension/citus.control"
    break
  fi
done
`;

const Found = v.object({
  path: v.string(),
  postgres: v.pipe(v.string(), v.regex(/\d/)),
  uid: v.pipe(v.string(), v.digits(), v.transform(Number)),
  gid: v.pipe(v.string(), v.digits(), v.transform(Number)),
  missing: v.optional(v.never()),
  psql: v.optional(v.string()),
  citus: v.optional(v.string()),
});

/** By engine and image id: what an image holds never changes. */
const known = new Map<string, ImageContents>();

/**
 * Finds out what an image of this machine holds, by one short run of it.
 * @param image by name or id
 * @returns undefined where there is no such image on this machine
 * @throws ClusterError `bad-image` where PostgreSQL, or an account for it, is missing in it; CommandError
 */
export const inspectImage = async (program: string, image: string): Promise<ImageContents | undefined> => {
  const id = await find(program, ['image', 'inspect', '--format', '{{.Id}}', image]);
  if (id === undefined) return undefined;
  const key = `${program} ${id}`;
  const contents = known.get(key) ?? (await look(program, image, id));
  known.set(key, contents);
  return contents;
};

const look = async (program: string, image: string, id: string): Promise<ImageContents> => {
  const args = [
    'run',
    '--rm',
    '--pull',
    'never',
    '--network',
    'none',
    '--entrypoint',
    'sh',
    id,
    '-c',
    SCRIPT,
  ];
  const outcome = await ask(program, args, { deadlineMs: DEADLINE_MS });
  if (outcome.exitCode === NO_SHELL) throw badImage(image, 'has no shell', outcome.stderr);
  if (outcome.exitCode !== 0) throw await failure(program, `Running ${image}`, outcome);
  const found = v.safeParse(Found, Object.fromEntries(outcome.stdout.split('\n').map(pair)));
  if (!found.success) throw badImage(image, `lacks ${found.issues.map(missing).join(', ')}`, outcome.stdout);
  const { path, postgres, psql, citus, uid, gid } = found.output;
  const citusVersion = /'([^']+)'/.exec(citus ?? '')?.[1];
  return {
    postgresVersion: /\d[\w.]*/.exec(postgres)?.[0] ?? postgres,
    ...(citusVersion !== undefined && { citusVersion }),
    path,
    user: { uid, gid },
    hasPsql: psql !== undefined,
  };
};

const pair = (line: string): [name: string, value: string] => {
  const [name = '', ...value] = line.split('=');
  return [name, value.join('=')];
};

const missing = ({ path, input }: v.InferIssue<typeof Found>): string => {
  switch (path?.[0].key) {
    case 'postgres':
      return 'PostgreSQL’s server';
    case 'missing':
      return String(input);
    default:
      return 'an account named postgres';
  }
};

const badImage = (image: string, problem: string, output: string): ClusterError =>
  new ClusterError(
    'bad-image',
    `The image ${image} ${problem}.`,
    { image },
    {
      nextStep: 'Choose another image: one with PostgreSQL, such as citusdata/citus or postgres.',
      cause: output,
    },
  );
