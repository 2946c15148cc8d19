import net from 'node:net';

const LOOPBACK = '127.0.0.1';

/**
 * Whether a server can listen on this port of the loopback interface.
 * Some systems let a listener on one address hide behind another's on all addresses, so both are asked.
 */
export const isPortFree = async (port: number): Promise<boolean> =>
  !(await canConnect(port)) && (await canListen(port));

const canListen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });

const canConnect = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect({ port, host: LOOPBACK, timeout: 500 });
    const answer = (connected: boolean) => () => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
