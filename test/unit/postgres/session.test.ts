import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'mocha';
import { ConnectionError } from '../../../src/postgres/errors.ts';
import { connect, type Session } from '../../../src/postgres/session.ts';

describe('connecting', () => {
  const sockets: Socket[] = [];
  let server: Server;
  before(async () => {
    // Takes connections and says nothing, as a server does that is stopped.
    server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  /** Connects with far more time than a test has. */
  const connectUntil = (signal: AbortSignal): Promise<Session> => {
    const { port } = server.address() as AddressInfo;
    const credentials = { host: '127.0.0.1', port, user: 'nobody', password: 'none', database: 'none' };
    return connect(credentials, { applicationName: 'test', deadlineMs: 300_000, signal });
  };
  const isCancelled = (error: unknown): boolean =>
    error instanceof ConnectionError && error.reason === 'aborted';

  it('can be cancelled while it waits for the server', async () => {
    const stop = new AbortController();
    const connecting = connectUntil(stop.signal);
    await Promise.all([
      assert.rejects(connecting, isCancelled),
      once(server, 'connection').then(() => {
        stop.abort();
      }),
    ]);
  });

  it('can be cancelled before it has begun', async () => {
    const stop = new AbortController();
    const connecting = connectUntil(stop.signal);
    stop.abort();
    await assert.rejects(connecting, isCancelled);
  });
});
