import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
// VS Code sends what goes through these two modules through the person's proxy, and knows their certificates.
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ClusterError } from '../../../cluster/errors.ts';
import { DownloadError, fileProblem } from './errors.ts';

/** How long a server may be silent. */
const SILENCE_MS = 30_000;
const MOST_REDIRECTS = 5;

export interface FetchOptions {
  readonly url: URL;
  /** Where the content goes. What is there already counts as the beginning of it. */
  readonly file: string;
  /** Size of the content. */
  readonly bytes: number;
  readonly signal: AbortSignal;
  /** Milliseconds that the server may be silent; 30 s unless told. */
  readonly silenceMs?: number;
  /** Called with the bytes that are there. */
  readonly onProgress?: (received: number) => void;
}

/**
 * Downloads a file over HTTP, going on where an earlier try ended if the server can do that (RFC 9110, 14.2 "Range").
 * What was received stays after an error, unless it is no part of the file.
 * @returns whether some of the file was there before
 * @throws DownloadError, ClusterError `folder-not-usable`, or the signal's reason
 */
export const fetchFile = async (options: FetchOptions): Promise<boolean> => {
  const { url, file, bytes, signal } = options;
  const there = await sizeOf(file);
  if (there === bytes) return true;
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort(new Error('the server fell silent'));
  }, options.silenceMs ?? SILENCE_MS);
  const either = AbortSignal.any([signal, silence.signal]);
  try {
    const response = await request(url, there, either);
    const resumed = response.statusCode === 206;
    let received = resumed ? there : 0;
    const count = async function* (chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
      for await (const chunk of chunks) {
        timer.refresh();
        received += chunk.length;
        if (received > bytes) throw otherFile(url);
        options.onProgress?.(received);
        yield chunk;
      }
    };
    const writer = createWriteStream(file, { flags: resumed ? 'a' : 'w' });
    await pipeline(response, count, writer, { signal: either });
    if (received < bytes) throw new Error(`the connection ended after ${received} of ${bytes} bytes`);
    return resumed;
  } catch (error) {
    signal.throwIfAborted();
    const problem = fileProblem(silence.signal.aborted ? silence.signal.reason : error, path.dirname(file));
    if (!(problem instanceof ClusterError)) throw networkProblem(url, problem);
    if (problem instanceof DownloadError && problem.failure === 'integrity') await rm(file);
    throw problem;
  } finally {
    clearTimeout(timer);
  }
};

/** What was sent is not what the extension was made for, whoever changed it. */
export const otherFile = ({ host }: URL): DownloadError =>
  new DownloadError(
    'integrity',
    `What ${host} sent as PostgreSQL is not the file that it should be, so it was thrown away.`,
    'Try again. If that doesn’t help, something between you and the registry changes files: use another registry.',
  );

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

/**
 * Asks for a file's content, following redirects.
 * @param from the first byte that is wanted
 * @returns an answer 200 with all of the file, or 206 with what was wanted
 */
const request = async (
  url: URL,
  from: number,
  signal: AbortSignal,
  redirects = MOST_REDIRECTS,
): Promise<http.IncomingMessage> => {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const headers = from > 0 ? { range: `bytes=${from}-` } : {};
    const { get } = url.protocol === 'http:' ? http : https;
    get(url, { headers, signal }, resolve).on('error', reject);
  });
  const { statusCode = 0, statusMessage = '', headers } = response;
  if (statusCode === 200) return response;
  if (statusCode === 206 && headers['content-range']?.startsWith(`bytes ${from}-`)) return response;
  response.destroy();
  // What is there is longer than the server's file, so it is of another one.
  if (statusCode === 416 && from > 0) return await request(url, 0, signal, redirects);
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined && redirects > 0)
    return await request(new URL(headers.location, url), from, signal, redirects - 1);
  throw new DownloadError(
    'refused',
    `${url.host} does not hand out PostgreSQL: it answered “${statusCode} ${statusMessage}” to ${url.pathname}.`,
    'Check the address of the npm registry, then try again.',
  );
};

const networkProblem = (url: URL, cause: unknown): DownloadError => {
  // Several addresses that were tried in vain come as one error without a message.
  const why =
    cause instanceof Error && cause.message === '' && 'code' in cause ? cause.code : messageOf(cause);
  return new DownloadError(
    'no-network',
    `PostgreSQL could not be downloaded from ${url.host}: ${String(why)}.`,
    'Check the network, the proxy and the address of the npm registry, then try again: it goes on where it stopped.',
    cause,
  );
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
