import net from 'node:net';
import { address, type Endpoint } from './endpoint.ts';
import { ConnectionError, toPostgresError } from './errors.ts';

/** CancelRequest's code: 1234 in the upper 16 bits, 5678 in the lower (PostgreSQL manual, 55.7 "Message Formats"). */
const CANCEL_REQUEST_CODE = 80877102;
const DEADLINE_MS = 5000;

/**
 * Asks the server to cancel what a backend is doing, over a connection of its own
 * (PostgreSQL manual, 55.2.8 "Canceling Requests in Progress"). The server says nothing back:
 * it closes the connection when the request has been handled.
 * @throws ConnectionError where the server can't be reached
 */
export const sendCancelRequest = (endpoint: Endpoint, pid: number, secretKey: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const message = Buffer.alloc(16);
    message.writeInt32BE(16, 0);
    message.writeInt32BE(CANCEL_REQUEST_CODE, 4);
    message.writeInt32BE(pid, 8);
    message.writeInt32BE(secretKey, 12);
    const socket = net.connect(endpoint.port, endpoint.host, () => socket.end(message));
    socket.setTimeout(DEADLINE_MS, () => {
      socket.destroy(
        new ConnectionError('timeout', 'The server did not take the request to cancel in time.'),
      );
    });
    socket.once('error', (error) => {
      reject(toPostgresError(error, address(endpoint)));
    });
    socket.once('close', () => {
      resolve();
    });
    socket.resume();
  });
