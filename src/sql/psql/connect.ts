import type { Session } from '../../postgres/session.ts';
import type { Server } from '../run/target.ts';
import { toIdentifier } from './arguments.ts';
import { type Command, type CommandContext, print } from './command.ts';
import { CommandError } from './commandError.ts';

/** `\c [database [user [host [port]]]]`, where `-` leaves things as they are, and the host is a node of the cluster. */
export const connectCommand: Command = async (context) => {
  const [database, user, host, port] = context.args.map(({ value, quoted }) =>
    value === '-' && !quoted ? undefined : value,
  );
  const { peer, transactionStatus } = context.session;
  if (database !== undefined && /=|:\/\//.test(database)) {
    throw new CommandError(
      `${context.name} takes no connection string here.`,
      'It goes to another database, or to another node of this cluster by its name: \\c - - coordinator2',
    );
  }
  if (user !== undefined && toIdentifier(user) !== peer.user) {
    throw new CommandError(
      `${context.name} stays with the role ${peer.user} here: no other role's password is known.`,
      `Take on another role with SET ROLE.`,
    );
  }
  if (transactionStatus !== 'idle') {
    throw new CommandError(
      `${context.name} would leave an open transaction behind.`,
      'End it before, with COMMIT or ROLLBACK.',
    );
  }
  if (database === undefined && host === undefined && port === undefined) {
    print(context, connectionInfo(context));
    return undefined;
  }
  await context.connect({
    ...(database !== undefined && { database: toIdentifier(database) }),
    ...(host !== undefined && { node: host }),
    ...(port !== undefined && { port: Number(port) }),
  });
  return undefined;
};

/** What `\conninfo` tells, and `\c` when it is there. */
export const connectionInfo = ({ session, server }: Pick<CommandContext, 'session' | 'server'>): string =>
  describePlace(session, server);

const describePlace = ({ peer, serverVersion }: Session, server: Server): string =>
  `Connected to ${server.nodeName} of ${server.clusterName}: database ${peer.database}, role ${peer.user}, ${peer.host}:${peer.port}, PostgreSQL ${serverVersion}.`;
