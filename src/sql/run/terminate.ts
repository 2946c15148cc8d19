import type { Session } from '../../postgres/session.ts';
import type { Server } from './target.ts';

/** How long the server has to take the request, and then to end the connection. */
const DEADLINE_MS = 3000;

/**
 * Ends a connection whose statement doesn't hear a request to cancel: the server is asked for it over another
 * connection (`pg_terminate_backend`); where that doesn't answer, or doesn't help, the socket is dropped here. Then the
 * statement may go on at the server until that notices.
 * @param session to `server`; it is closed when this returns
 * @returns `server` where the server has ended it, `here` where only the socket was dropped
 */
export const terminate = async (server: Server, session: Session): Promise<'server' | 'here'> => {
  const ended = new Promise<'server'>((resolve) => {
    session.onLost(() => {
      resolve('server');
    });
  });
  if (session.closed) return 'server';
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const tooLate = new Promise<'here'>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve('here');
    });
  });
  const how = await Promise.race([
    ask(server, session.serverPid, signal).then(() => ended),
    ended,
    tooLate,
  ]).catch(() => 'here' as const);
  if (how === 'here') session.destroy();
  await ended;
  return how;
};

const ask = async (server: Server, pid: number, signal: AbortSignal): Promise<void> => {
  const other = await server.connect('citus-sql terminate', signal);
  try {
    // Citus has a second function of that name, for its global process ids, which are bigint.
    await other.run('SELECT pg_catalog.pg_terminate_backend($1::int)', [pid]);
  } finally {
    await other.close();
  }
};
