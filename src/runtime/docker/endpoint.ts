import net from 'node:net';

/** What became of a try to reach an engine's socket. */
export type SocketState = 'connected' | 'missing' | 'refused' | 'forbidden' | 'unreachable';

const DEADLINE_MS = 2000;

/**
 * Tries to reach the socket that an engine is said to listen on.
 * @param endpoint as `docker context inspect` tells it: `unix:///var/run/docker.sock`, `npipe:////./pipe/docker_engine`,
 *   `tcp://host:2375`
 * @returns undefined for other ways to reach an engine (`ssh://`), which only its own command line can go
 */
export const reach = async (endpoint: string): Promise<SocketState | undefined> => {
  const address = socketAddress(endpoint);
  if (address === undefined) return undefined;
  return await new Promise<SocketState>((resolve) => {
    const socket = net.connect({ ...address, timeout: DEADLINE_MS });
    const answer = (result: SocketState): void => {
      socket.destroy();
      resolve(result);
    };
    socket
      .once('connect', () => {
        answer('connected');
      })
      .once('timeout', () => {
        answer('unreachable');
      })
      .once('error', (error: NodeJS.ErrnoException) => {
        answer(BY_CODE[error.code ?? ''] ?? 'unreachable');
      });
  });
};

const BY_CODE: Readonly<Record<string, SocketState>> = {
  ENOENT: 'missing',
  ECONNREFUSED: 'refused',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
};

const socketAddress = (endpoint: string): { path: string } | { host: string; port: number } | undefined => {
  const [, scheme, rest = ''] = /^(\w+):\/\/(.*)$/.exec(endpoint) ?? [];
  switch (scheme) {
    case 'unix':
      return { path: rest };
    case 'npipe':
      return { path: rest.replaceAll('/', '\\') };
    case 'tcp': {
      const { hostname, port } = new URL(`tcp://${rest}`);
      return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 2375 : Number(port) };
    }
    default:
      return undefined;
  }
};
