import type { Endpoint } from './endpoint.ts';

/** Name of the file with our settings, included at the end of postgresql.conf so that it wins over initdb's. */
export const CONFIGURATION_FILE = 'citus-multi-coordinator.conf';

/** A path with its socket's name must fit into sockaddr_un (107 characters on Linux, 103 on macOS). */
const LONGEST_SOCKET_FOLDER = 103 - '/.s.PGSQL.65535'.length;

/** The settings of one server that differ from PostgreSQL's defaults. */
export interface ServerSettings {
  /** Shown in process titles, and a standby's name in its primary's pg_stat_replication. */
  readonly clusterName: string;
  readonly listenAddresses: string;
  readonly port: number;
  readonly socketFolder: string;
  /** What else the server needs, by name. */
  readonly more: Readonly<Record<string, string>>;
}

/** The text of our configuration file. */
export const configuration = (settings: ServerSettings): string => {
  const lines: [name: string, value: string | number, why: string][] = [
    ['listen_addresses', settings.listenAddresses, ''],
    ['port', settings.port, ''],
    [
      'unix_socket_directories',
      settings.socketFolder.length > LONGEST_SOCKET_FOLDER ? '' : settings.socketFolder,
      'a folder that only the servers can enter; none where its path is too long for a socket',
    ],
    ['cluster_name', settings.clusterName, ''],
    ['wal_level', 'logical', 'standbys, and shard moves that don’t block writes'],
    ['max_wal_senders', 20, ''],
    ['max_replication_slots', 20, ''],
    ['hot_standby', 'on', 'standbys answer queries'],
    ['wal_log_hints', 'on', 'a failed primary can be rewound and rejoin'],
    ['password_encryption', 'scram-sha-256', ''],
    ...Object.entries(settings.more).map(([name, value]): [string, string, string] => [name, value, '']),
  ];
  const settingLines = lines.map(
    ([name, value, why]) => `${name} = ${literal(value)}${why === '' ? '' : `  # ${why}`}`,
  );
  return `# Written by the Citus Multi-Coordinator extension, which rewrites it.\n${settingLines.join('\n')}\n`;
};

/** The line that makes postgresql.conf read our file. */
export const INCLUDE_LINE = `include = '${CONFIGURATION_FILE}'\n`;

/**
 * Who may connect: from these addresses, with a scram password, and nobody else (PostgreSQL manual, 21.1).
 * @param addresses as pg_hba.conf names them: `127.0.0.1/32`, `all`
 */
export const hostBasedAuthentication = (replicationUser: string, addresses: string): string => `\
# Written by the Citus Multi-Coordinator extension.
# TYPE  DATABASE     USER  ADDRESS  METHOD
local   all          all  scram-sha-256
host    all          all  ${addresses}  scram-sha-256
host    replication  ${replicationUser}  ${addresses}  scram-sha-256
`;

/**
 * What a standby needs to know to follow its primary, for postgresql.auto.conf
 * (PostgreSQL manual, 27.2.4 "Setting Up a Standby Server").
 * @param options.slot the standby's slot on the primary, and its name there
 */
export const standbyConfiguration = (options: {
  primary: Endpoint;
  user: string;
  slot: string;
  passfile: string;
}): string => {
  const { primary, user, slot, passfile } = options;
  const parameters = { host: primary.host, port: primary.port, user, passfile, application_name: slot };
  const connection = Object.entries(parameters)
    .map(([name, value]) => `${name}='${String(value).replace(/[\\']/g, '\\$&')}'`)
    .join(' ');
  return `primary_conninfo = ${literal(connection)}\nprimary_slot_name = ${literal(slot)}\n`;
};

const literal = (value: string | number): string =>
  typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
