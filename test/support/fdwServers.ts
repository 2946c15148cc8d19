import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster, ClusterNode } from '../../src/cluster/model.ts';
import { toRequest } from '../../src/cluster/provision/request.ts';
import { catchUp } from '../../src/cluster/replication.ts';
import { ServerError } from '../../src/postgres/errors.ts';
import { connect, type Session } from '../../src/postgres/session.ts';
import { builtinSharding } from '../../src/sharding/builtin/builtin.ts';
import type { ShardedTable, Sharding } from '../../src/sharding/sharding.ts';
import { createTestService, makeTestDirectory, nodeNamed, removeTestDirectory } from './clusters.ts';
import { proposeOn, TEST_PLATFORMS } from './platforms.ts';

export type SqlRow = Readonly<Record<string, unknown>>;
const SqlRow = v.record(v.string(), v.unknown());

/** A cluster of built-in sharding, with a session on each node. */
export class FdwServers {
  readonly service: ClusterService;
  readonly cluster: Cluster;
  readonly sharding: Sharding = builtinSharding((name) =>
    readFile(path.join(import.meta.dirname, '../../resources', name), 'utf8'),
  );
  readonly #directory: string;
  readonly #sessions: Session[] = [];
  primary!: Session;
  standby!: Session;
  worker1!: Session;
  worker2!: Session;

  constructor(service: ClusterService, cluster: Cluster, directory: string) {
    this.service = service;
    this.cluster = cluster;
    this.#directory = directory;
  }

  async open(): Promise<void> {
    this.primary = await this.connect('coordinator1');
    this.standby = await this.connect('coordinator2');
    this.worker1 = await this.connect('worker1');
    this.worker2 = await this.connect('worker2');
  }

  /** A further session on a node; closed with the others. */
  async connect(name: string): Promise<Session> {
    const credentials = await this.service.credentials(this.cluster, this.node(name));
    const session = await connect(credentials, { applicationName: 'test' });
    this.#sessions.push(session);
    return session;
  }

  node(name: string): ClusterNode {
    return nodeNamed(this.cluster, name);
  }

  /** Waits until the standby has replayed what the primary wrote. */
  catchUp(): Promise<void> {
    return catchUp(this.primary, 'coordinator2');
  }

  /** What the primary knows of a table in schema public. */
  async table(name: string, coordinator: Session = this.primary): Promise<ShardedTable> {
    const found = (await this.sharding.listTables(coordinator)).find((table) => table.name === name);
    assert.ok(found, `${name} is not listed`);
    return found;
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close()));
    await this.service.close();
    await removeTestDirectory(this.#directory);
  }
}

/** Describes tests that have a cluster of built-in sharding, once for each PostgreSQL that this machine can run. */
export const describeOnFdwServers = (title: string, tests: (servers: () => FdwServers) => void): void => {
  for (const platform of TEST_PLATFORMS.filter(({ sharding }) => sharding === 'postgres_fdw')) {
    describe(`${title}, ${platform.title}`, function () {
      this.timeout(180_000);
      let servers: FdwServers | undefined;
      before(async function () {
        await platform.need(this);
        const directory = await makeTestDirectory();
        const service = createTestService(directory, { settings: await platform.settings() });
        const proposal = await proposeOn(platform, service);
        const cluster = await service.provision(toRequest(proposal));
        servers = new FdwServers(service, cluster, directory);
        await servers.open();
      });
      after(() => servers?.close());
      tests(() => {
        assert.ok(servers);
        return servers;
      });
    });
  }
};

/** Runs one statement and gives its rows. */
export const rows = (session: Session, sql: string): Promise<SqlRow[]> => session.query(SqlRow, sql);

/** Runs one statement and gives the first column of its rows. */
export const column = async (session: Session, sql: string): Promise<unknown[]> =>
  (await rows(session, sql)).map((row) => Object.values(row)[0]);

/** Runs one statement and gives the only value that it returns. */
export const value = async (session: Session, sql: string): Promise<unknown> => {
  const values = await column(session, sql);
  assert.equal(values.length, 1, `one row from ${sql}`);
  return values[0];
};

/** Runs a statement that the server must refuse, and gives its words. */
export const refusal = async (session: Session, sql: string): Promise<ServerError> => {
  const outcome = await session.run(sql).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof ServerError, `${sql} was not refused: ${String(outcome)}`);
  return outcome;
};
