import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import type { Context } from 'mocha';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { skip } from './skip.ts';

/** A registry of images on this machine, for one suite. */
export interface ImageRegistry {
  /** `127.0.0.1:22080`: what an image's name begins with. */
  readonly host: string;
  /** Whether what images are made of comes so slowly that it never ends. */
  trickles: boolean;
  /** How many such transfers there are. */
  readonly trickling: number;
  close(): Promise<void>;
}

/** What is larger than an image's description. */
const LARGE_BYTES = 100_000;

/**
 * Starts a registry and something before it that can slow down what it sends. Skips where there is no registry.
 * @param port and the next one are taken
 */
export const startImageRegistry = async (context: Context, port: number): Promise<ImageRegistry> => {
  const { CITUS_TEST_REGISTRY: program } = process.env;
  if (program === undefined) return skip(context, 'there is no docker-registry to pull images from');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'citus-registry-'));
  const configuration = path.join(folder, 'config.json');
  const inner = `127.0.0.1:${port + 1}`;
  // JSON is YAML, too.
  const settings = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: path.join(folder, 'data') } },
    http: { addr: inner },
  };
  await writeFile(configuration, JSON.stringify(settings));
  const registry = spawn(program, ['serve', configuration], { stdio: 'ignore' });
  const ended = new Promise((resolve) => registry.once('exit', resolve));
  const slowed = new Set<http.ServerResponse>();
  const result: ImageRegistry = {
    host: `127.0.0.1:${port}`,
    trickles: false,
    get trickling() {
      return slowed.size;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      registry.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
  const server = http.createServer((request, response) => {
    const { method, headers, url = '/' } = request;
    const forwarded = http.request(
      `http://${inner}${url}`,
      { method: method ?? 'GET', headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        if (result.trickles && method === 'GET' && Number(answer.headers['content-length']) > LARGE_BYTES) {
          answer.resume();
          response.write('x');
          slowed.add(response);
          response.once('close', () => slowed.delete(response));
        } else {
          answer.pipe(response);
        }
      },
    );
    request.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const answers = (): Promise<boolean> =>
    fetch(`http://${inner}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await waitUntil(answers, { deadlineMs: 10_000 }))) throw new Error('The registry did not start.');
  return result;
};
