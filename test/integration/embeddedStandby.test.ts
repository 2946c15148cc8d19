import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { catchUp } from '../../src/cluster/replication.ts';
import {
  configuration,
  hostBasedAuthentication,
  standbyConfiguration,
} from '../../src/postgres/configuration.ts';
import type { Credentials } from '../../src/postgres/endpoint.ts';
import { createReplicationSlot, withBackup } from '../../src/postgres/lowLevelBackup.ts';
import { formatPassfile } from '../../src/postgres/passfile.ts';
import { initdb } from '../../src/postgres/serverCommands.ts';
import { connect, type Session, withSession } from '../../src/postgres/session.ts';
import { isPortFree } from '../../src/runtime/ports.ts';
import { copyDataFolder } from '../../src/runtime/local/copyDataFolder.ts';
import { findInstalls } from '../../src/runtime/local/installs.ts';
import type { LocalNode } from '../../src/runtime/local/localNode.ts';
import { LocalRuntime } from '../../src/runtime/local/localRuntime.ts';
import { type OsUser, serverUser } from '../../src/runtime/local/osUser.ts';
import { CommandError } from '../../src/runtime/runtime.ts';
import { makeTestDirectory } from '../support/clusters.ts';
import { downloadedPrograms } from '../support/registry.ts';
import { skip } from '../support/skip.ts';

const Sum = v.object({ sum: v.string() });
const Count = v.object({ count: v.number() });

/** One number for all rows of all tables: the same on two servers that hold the same. */
const checksum = async (session: Session): Promise<string> => {
  const [row] = await session.query(
    Sum,
    `SELECT (SELECT coalesce(sum(hashtextextended(r::text, 0)), 0) FROM rows r)
         || ' ' || (SELECT coalesce(sum(hashtextextended(b::text, 0)), 0) FROM big b)
         || ' ' || (SELECT count(*) FROM pg_catalog.pg_class) AS sum`,
  );
  return row!.sum;
};

/** What pg_amcheck does: reads every heap and B-tree, and compares them. */
const findDamage = async (session: Session): Promise<number> => {
  await session.run(
    `SELECT bt_index_check(i.indexrelid, true) FROM pg_catalog.pg_index i
     JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
     JOIN pg_catalog.pg_am a ON a.oid = c.relam
     WHERE a.amname = 'btree' AND i.indisvalid AND c.relpersistence = 'p'`,
  );
  const [row] = await session.query(
    Count,
    `SELECT count(*)::int FROM pg_catalog.pg_class c, LATERAL verify_heapam(c.oid) damage
     WHERE c.relkind IN ('r', 't', 'm') AND c.relpersistence = 'p'`,
  );
  return row!.count;
};

/** Changes everything there is to change, until told to stop. */
const writeUntil = async (credentials: Credentials, stop: AbortSignal): Promise<number> =>
  withSession(credentials, { applicationName: 'writer' }, async (session) => {
    let rounds = 0;
    while (!stop.aborted) {
      rounds += 1;
      await session.run(`INSERT INTO rows (data) SELECT md5(random()::text) FROM generate_series(1, 500)`);
      await session.run(`UPDATE rows SET data = data || 'x' WHERE id % 7 = $1`, [rounds % 7]);
      await session.run('DELETE FROM rows WHERE id % 11 = $1', [rounds % 11]);
      await session.run('CREATE TABLE gone (a) AS SELECT generate_series(1, 5000)');
      await session.run('CREATE INDEX ON gone (a)');
      await session.run('DROP TABLE gone');
      await session.run('CREATE TEMP TABLE t (a) AS SELECT generate_series(1, 1000)');
      await session.run('TRUNCATE t');
      await session.run('DROP TABLE t');
      if (rounds % 5 === 0) await session.run('VACUUM rows');
      if (rounds % 9 === 0) await session.run('CHECKPOINT');
    }
    return rounds;
  });

describe('copying a running server’s data folder', function () {
  let directory: string;
  let user: OsUser | undefined;
  before(async () => {
    directory = await makeTestDirectory();
    user = await serverUser('postgres');
  });
  after(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const programs: Record<string, (context: Mocha.Context) => Promise<string>> = {
    'PostgreSQL of this machine': async (context) => {
      const [install] = await findInstalls('');
      if (!install || install.majorVersion < 15) return skip(context, 'PostgreSQL 15 is not installed');
      return install.binDirectory;
    },
    'PostgreSQL that was downloaded': (context) =>
      downloadedPrograms(context, path.join(directory, 'postgresql')),
  };

  for (const [title, findPrograms] of Object.entries(programs)) {
    describe(title, () => {
      let runtime: LocalRuntime;
      const cleanUp: (() => Promise<void>)[] = [];
      let primary: LocalNode;
      let credentials: Credentials;
      let session: Session;
      const password = randomBytes(12).toString('hex');

      const configure = async ({ files, paths }: LocalNode, clusterName: string): Promise<number> => {
        let port = 23_000;
        while (!(await isPortFree(port))) port += 1;
        const settings = configuration({
          clusterName,
          listenAddresses: '127.0.0.1',
          port,
          socketFolder: paths.sockets,
          more: {},
        });
        await files.write(path.join(paths.data, 'postgresql.conf'), settings, 0o600);
        return port;
      };

      before(async function () {
        const folder = path.join(directory, title.replaceAll(' ', '-'));
        runtime = new LocalRuntime(folder, await findPrograms(this), user);
        primary = runtime.node('primary');
        cleanUp.push(() => runtime.remove(['primary', 'standby']));
        const { files, paths } = primary;
        await files.makeDirectory(folder, 0o700);
        await primary.create();
        await files.write(paths.password, `${password}\n`, 0o600);
        await primary.run(initdb(paths.data, 'postgres', paths.password));
        const port = await configure(primary, 'primary');
        const hba = hostBasedAuthentication('postgres', '127.0.0.1/32');
        await files.write(path.join(paths.data, 'pg_hba.conf'), hba, 0o600);
        credentials = { host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' };
        await files.write(paths.passfile, formatPassfile([credentials]), 0o600);
        await primary.start();
        session = await connect(credentials, { applicationName: 'test' });
        cleanUp.unshift(() => session.close());
        await session.run('CREATE EXTENSION amcheck');
        await session.run('CREATE TABLE rows (id bigserial PRIMARY KEY, data text)');
        await session.run('CREATE INDEX ON rows (data)');
        await session.run(
          `CREATE TABLE big AS SELECT i, repeat(md5(i::text), 20) AS filler FROM generate_series(1, 60000) i`,
        );
      });
      after(async () => {
        for (const step of cleanUp) await step();
      });

      it('makes a standby that streams and holds the same, however much is written meanwhile', async function () {
        this.timeout(120_000);
        const standby = runtime.node('standby');
        const stop = new AbortController();
        const writing = writeUntil(credentials, stop.signal);

        await createReplicationSlot(session, 'standby');
        const { labelFile, tablespaceMap } = await withBackup(session, 'standby', () =>
          copyDataFolder(primary.paths.data, standby.paths.data),
        );
        strictEqual(tablespaceMap, '');
        deepStrictEqual(await readdir(path.join(standby.paths.data, 'pg_replslot')), []);
        deepStrictEqual(await readdir(path.join(standby.paths.data, 'pg_wal')), []);
        const names = await readdir(standby.paths.data, { recursive: true });
        deepStrictEqual(
          names.filter((name) => /postmaster|pg_internal\.init|pgsql_tmp/.test(name)),
          [],
        );
        for (const name of ['', 'base', 'PG_VERSION', 'global/pg_control']) {
          const [copy, original] = await Promise.all(
            [standby, primary].map(({ paths }) => stat(path.join(paths.data, name))),
          );
          deepStrictEqual([copy!.mode, copy!.uid, copy!.gid], [original!.mode, original!.uid, original!.gid]);
        }

        const { files, paths } = standby;
        await files.write(path.join(paths.data, 'backup_label'), labelFile, 0o600);
        await files.write(path.join(paths.data, 'standby.signal'), '', 0o600);
        const { passfile } = paths;
        const following = { primary: credentials, user: 'postgres', slot: 'standby', passfile };
        const automatic = path.join(paths.data, 'postgresql.auto.conf');
        await files.write(automatic, standbyConfiguration(following), 0o600);
        const port = await configure(standby, 'standby');
        await standby.start();
        stop.abort();
        ok((await writing) > 0);
        await catchUp(session, 'standby');

        const expected = await checksum(session);
        await withSession({ ...credentials, port }, { applicationName: 'test' }, async (copy) => {
          ok(copy.inHotStandby);
          strictEqual(await checksum(copy), expected);
          strictEqual(await findDamage(copy), 0);
        });
        // It goes on: what is written now arrives, too.
        await session.run(`INSERT INTO rows (data) VALUES ('after')`);
        await catchUp(session, 'standby');
        const after = await checksum(session);
        await withSession({ ...credentials, port }, { applicationName: 'test' }, async (copy) => {
          strictEqual(await checksum(copy), after);
        });
        await standby.stop('fast');
      });

      it('can be cancelled, and no backup is under way then', async () => {
        const stop = new AbortController();
        const target = `${primary.paths.data}.cancelled`;
        const copying = withBackup(session, 'cancelled', async () => {
          const copied = copyDataFolder(primary.paths.data, target, stop.signal);
          stop.abort();
          await copied;
        });
        await rejects(copying, (error) => error instanceof CommandError && error.cancelled);
        await rejects(stat(path.join(target, 'global', 'pg_control')));
        await primary.files.remove(target);
        const { labelFile } = await withBackup(session, 'another', () => Promise.resolve());
        ok(labelFile.includes('LABEL: another\n'));
      });

      it('refuses tablespaces, and a folder that is there already', async () => {
        const tablespace = `${primary.paths.data}.elsewhere`;
        await mkdir(tablespace, { mode: 0o700 });
        if (user) await chown(tablespace, user.uid, user.gid);
        const copy = (target: string): Promise<void> => copyDataFolder(primary.paths.data, target);
        await rejects(copy(primary.paths.sockets), CommandError);
        await session.run(`CREATE TABLESPACE elsewhere LOCATION '${tablespace}'`);
        try {
          await rejects(copy(`${primary.paths.data}.copy`), CommandError);
          await rejects(stat(`${primary.paths.data}.copy`));
        } finally {
          await session.run('DROP TABLESPACE elsewhere');
        }
      });
    });
  }

  it('ends when files are truncated while they are copied', async () => {
    const source = path.join(directory, 'shrinking');
    await mkdir(path.join(source, 'pg_tblspc'), { recursive: true });
    await mkdir(path.join(source, 'global'));
    await writeFile(path.join(source, 'global', 'pg_control'), 'control');
    const file = path.join(source, 'relation');
    const size = 400 * 1024 ** 2;
    const handle = await open(file, 'w');
    await handle.truncate(size);
    await handle.close();
    const copying = copyDataFolder(source, `${source}.copy`);
    const copied = (): Promise<number> =>
      stat(path.join(`${source}.copy`, 'relation')).then(
        (stats) => stats.size,
        () => 0,
      );
    while ((await copied()) === 0);
    await truncate(file, 1);
    await copying;
    ok((await copied()) < size);
  });
});
