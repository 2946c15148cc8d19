/** Name of the file with our settings, included at the end of postgresql.conf so that it wins over initdb's. */
export const CONFIGURATION_FILE = 'citus-multi-coordinator.conf';

/** A path with its socket's name must fit into sockaddr_un (107 characters on Linux, 103 on macOS). */
const LONGEST_SOCKET_FOLDER = 103 - '/.s.PGSQL.65535'.length;

/** The settings of one server that differ from PostgreSQL's defaults. */
export interface ServerSettings {
  /** Shown in process titles, and a standby's name in its primary's pg_stat_replication. */
  readonly clusterName: string;
  readonly host: string;
  readonly port: number;
  readonly socketFolder: string;
  /** What else the server needs, by name. */
  readonly more: Readonly<Record<string, string>>;
}

/** The text of our configuration file. */
export const configuration = (settings: ServerSettings): string => {
  const lines: [name: string, value: string | number, why: string][] = [
    ['listen_addresses', settings.host, 'this machine only'],
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

/** Who may connect: over loopback, with a scram password, and nobody else (PostgreSQL manual, 21.1). */
export const hostBasedAuthentication = (replicationUser: string): string => `\
# Written by the Citus Multi-Coordinator extension.
# TYPE  DATABASE     USER              ADDRESS         METHOD
local   all          all                               scram-sha-256
host    all          all               127.0.0.1/32    scram-sha-256
host    replication  ${replicationUser}  127.0.0.1/32    scram-sha-256
`;

const literal = (value: string | number): string =>
  typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
