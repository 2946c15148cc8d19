import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import * as v from 'valibot';
import {
  CONFIGURATION_FILE,
  configuration,
  hostBasedAuthentication,
  INCLUDE_LINE,
  standbyConfiguration,
} from '../../src/postgres/configuration.ts';
import { createReplicationSlot } from '../../src/postgres/lowLevelBackup.ts';
import type { Credentials } from '../../src/postgres/endpoint.ts';
import { formatPassfile } from '../../src/postgres/passfile.ts';
import { baseBackup, initdb, type ServerCommand } from '../../src/postgres/serverCommands.ts';
import { withSession } from '../../src/postgres/session.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { networkOf } from '../../src/runtime/choice.ts';
import type { ContainerEngine } from '../../src/runtime/containers.ts';
import { DockerRuntime } from '../../src/runtime/docker/dockerRuntime.ts';
import { LocalFiles } from '../../src/runtime/local/localFiles.ts';
import { CommandError, type NodeHost } from '../../src/runtime/runtime.ts';
import { engineSays, freePorts, needImage, testImage } from '../support/docker.ts';
import { skip } from '../support/skip.ts';

const FIRST_PORT = 22_010;
const PASSWORD = `p${randomBytes(8).toString('hex')}:\\`;

const Row = v.object({ value: v.string() });

/** A program of the container's, as a command. */
const program = (file: string, args: readonly string[], deadlineMs = 20_000): ServerCommand<string> => ({
  file,
  args,
  deadlineMs,
  parse: (stdout) => stdout,
});

describe('nodes in containers', function () {
  this.timeout(120_000);
  let engine: ContainerEngine;
  let folder: string | undefined;
  let runtime: DockerRuntime;
  let primary: NodeHost;
  let standby: NodeHost;
  let primaryPort: number;
  let standbyPort: number;
  let strayVolumes: string[];
  const id = randomUUID();

  before(async function () {
    engine = await needImage(this);
    folder = await mkdtemp(path.join(os.tmpdir(), 'citus-docker-nodes-'));
    const choice = {
      kind: 'docker',
      program: engine.program,
      image: await testImage(),
      memoryMegabytes: 384,
    } as const;
    primaryPort = await freePorts(FIRST_PORT, 2);
    standbyPort = primaryPort + 1;
    strayVolumes = await dangling();
    const nodes = [
      { name: 'primary', port: primaryPort },
      { name: 'standby', port: standbyPort },
    ];
    const owner = { id, name: 'test', folder, runtime: choice, nodes };
    runtime = new DockerRuntime(owner, choice, new LocalFiles(undefined));
    primary = runtime.node('primary');
    standby = runtime.node('standby');
  });
  after(async () => {
    if (folder === undefined) return;
    await runtime.remove();
    await rm(folder, { recursive: true });
  });

  /** Volumes that no container has. */
  const dangling = (): Promise<string[]> =>
    engineSays(engine.program, 'volume', 'ls', '--quiet', '--filter', 'dangling=true');
  /** Names of all containers, volumes and networks that bear the cluster's label. */
  const things = async (): Promise<string[]> => {
    const filter = ['--filter', `label=citus-multi-coordinator.cluster=${id}`];
    return [
      ...(await engineSays(engine.program, 'ps', '--all', '--format', '{{.Names}}', ...filter)),
      ...(await engineSays(engine.program, 'volume', 'ls', '--format', '{{.Name}}', ...filter)),
      ...(await engineSays(engine.program, 'network', 'ls', '--format', '{{.Name}}', ...filter)),
    ].sort();
  };
  const login = (port: number): Credentials => ({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: PASSWORD,
    database: 'postgres',
  });
  const query = async (port: number, sql: string): Promise<string[]> => {
    const rows = await withSession(login(port), { applicationName: 'test' }, (session) =>
      session.query(Row, sql),
    );
    return rows.map(({ value }) => value);
  };
  const passwords = formatPassfile(
    ['primary', 'standby'].map((host) => ({ host, port: 5432, user: 'postgres', password: PASSWORD })),
  );
  const { listenAddresses, clientAddresses } = networkOf({ kind: 'docker' });
  const settings = (node: NodeHost, clusterName: string): string =>
    configuration({ clusterName, listenAddresses, port: 5432, socketFolder: node.paths.sockets, more: {} });

  it('can be made where nothing stands in the way', async () => {
    assert.equal(await runtime.problem(1024 ** 2), undefined);
    const tooMuch = await runtime.problem(1024 ** 5);
    assert.match(tooMuch?.message ?? '', /of free space; about 1073741824 MB are needed/);
  });

  it('are places with folders of their own, made once', async () => {
    await runtime.prepare();
    await runtime.prepare();
    await primary.create();
    await primary.create();
    await standby.create();
    const { container, network } = {
      container: `citus-test-${id.slice(0, 8)}`,
      network: `citus-test-${id.slice(0, 8)}`,
    };
    const nodes = [`${container}-primary`, `${container}-standby`];
    assert.deepEqual(await things(), [network, ...nodes, ...nodes].sort());
    assert.deepEqual(await primary.files.list(path.posix.dirname(primary.paths.data)), ['run']);
    const folders = path.posix.dirname(primary.paths.sockets);
    const listing = await primary.run(program('ls', ['-lan', folders]));
    assert.match(listing, /^drwx------\s+\d+\s+999\s+999\s.*\s\.$/m);
    assert.match(listing, /^drwx------\s+\d+\s+999\s+999\s.*\srun$/m);
    assert.equal(await primary.isAlive(), false);
    assert.equal(await primary.logEnd(100), '');
  });

  it('keep files whole, with their mode and owner', async () => {
    const file = `${primary.paths.passfile}.test`;
    const text = `first line with “ümlauts”\n${'x'.repeat(2000)}\n\n`;
    await primary.files.write(file, text, 0o600);
    assert.equal(await primary.files.read(file), text);
    assert.match(await primary.run(program('ls', ['-lan', file])), /^-rw-------\s+\d+\s+999\s+999\s/);
    await primary.files.write(file, '', 0o640);
    assert.equal(await primary.files.read(file), '');
    assert.match(await primary.run(program('ls', ['-lan', file])), /^-rw-r-----\s/);
    await primary.files.remove(file);
    await primary.files.remove(file);
    assert.equal(await primary.files.read(file), undefined);
    const directory = `${primary.paths.sockets}/a/b c`;
    await primary.files.makeDirectory(directory, 0o750);
    await primary.files.write(`${directory}/d'e`, 'f', 0o600);
    assert.deepEqual(await primary.files.list(directory), ["d'e"]);
    assert.match(await primary.run(program('ls', ['-lan', directory])), /^drwxr-x---\s.*\s\.$/m);
    await primary.files.remove(`${primary.paths.sockets}/a`);
    assert.equal(await primary.files.list(directory), undefined);
  });

  it('say which program failed, and its own words', async () => {
    await assert.rejects(
      primary.run(program('ls', ['/no/such/file'])),
      (error: unknown) =>
        error instanceof CommandError &&
        error.message === 'ls failed (exit code 2).' &&
        error.output.includes('/no/such/file'),
    );
    await assert.rejects(primary.run(program('no-such-program', [])), CommandError);
  });

  it('end a program that is cancelled or takes too long, and keep no container of it', async () => {
    const before = await things();
    const cancelling = new AbortController();
    const running = primary.run(program('sleep', ['600'], 600_000), cancelling.signal);
    const seen = await waitUntil(async () => (await things()).length > before.length, { deadlineMs: 10_000 });
    assert.ok(seen, 'the program has a container of its own');
    cancelling.abort();
    await assert.rejects(running, (error: unknown) => error instanceof CommandError && error.cancelled);
    assert.deepEqual(await things(), before);

    // So early that its container has not been made, or may not have been.
    for (const delayMs of [0, 50, 150]) {
      const early = new AbortController();
      const begun = primary.run(program('sleep', ['600'], 600_000), early.signal);
      setTimeout(() => {
        early.abort();
      }, delayMs);
      await assert.rejects(begun, (error: unknown) => error instanceof CommandError && error.cancelled);
      assert.deepEqual(await things(), before);
    }

    await assert.rejects(
      primary.run(program('sleep', ['600'], 500)),
      (error: unknown) =>
        error instanceof CommandError && !error.cancelled && /within 0\.5 s/.test(error.message),
    );
    assert.deepEqual(await things(), before);
  });

  it('say that a server did not start, and keep what it logged', async () => {
    await assert.rejects(
      primary.start(),
      (error: unknown) =>
        error instanceof CommandError && /ended as it was started \(exit code \d+\)/.test(error.message),
    );
    assert.ok((await primary.logEnd(1500)).includes(primary.paths.data));
    assert.equal(await primary.isAlive(), false);
  });

  it('run a server that is reached through its port with a password only', async () => {
    const { files, paths } = primary;
    await files.write(paths.password, `${PASSWORD}\n`, 0o600);
    await files.write(paths.passfile, passwords, 0o600);
    await primary.run(initdb(paths.data, 'postgres', paths.password));
    await files.remove(paths.password);
    await files.write(`${paths.data}/${CONFIGURATION_FILE}`, settings(primary, 'primary'), 0o600);
    const main = `${paths.data}/postgresql.conf`;
    await files.write(main, `${await files.read(main)}\n${INCLUDE_LINE}`, 0o600);
    await files.write(
      `${paths.data}/pg_hba.conf`,
      hostBasedAuthentication('postgres', clientAddresses),
      0o600,
    );
    assert.equal(await runtime.isPortFree(primaryPort), true);
    await primary.start();
    assert.equal(await runtime.isPortFree(primaryPort), false);
    assert.equal(await primary.isAlive(), true);
    assert.deepEqual(await query(primaryPort, "SELECT current_setting('cluster_name') AS value"), [
      'primary',
    ]);
    await assert.rejects(
      withSession({ ...login(primaryPort), password: 'wrong' }, { applicationName: 'test' }, () =>
        Promise.resolve(),
      ),
      { code: '28P01' },
    );
  });

  it('show nothing secret to those who inspect their containers', async () => {
    const names = (await things()).filter((name) => name.includes('primary'));
    const inspected = (await engineSays(engine.program, 'inspect', ...names)).join('\n');
    assert.ok(inspected.includes(primary.paths.passfile));
    assert.ok(!inspected.includes(PASSWORD.slice(0, 10)));
  });

  it('publish ports on loopback only, with the limits that were chosen', async () => {
    const format = '{{json .HostConfig}}';
    const [said = ''] = await engineSays(
      engine.program,
      'inspect',
      '--format',
      format,
      `citus-test-${id.slice(0, 8)}-primary`,
    );
    const Host = v.object({
      Memory: v.number(),
      ShmSize: v.number(),
      PortBindings: v.record(v.string(), v.array(v.object({ HostIp: v.string(), HostPort: v.string() }))),
      RestartPolicy: v.object({ Name: v.string() }),
    });
    const host = v.parse(Host, JSON.parse(said));
    assert.equal(host.Memory, 384 * 1024 ** 2);
    assert.equal(host.ShmSize, 192 * 1024 ** 2);
    assert.deepEqual(host.PortBindings, {
      '5432/tcp': [{ HostIp: '127.0.0.1', HostPort: String(primaryPort) }],
    });
    assert.ok(['', 'no'].includes(host.RestartPolicy.Name));
  });

  it('write files that a running server reads whole, and list and remove them', async () => {
    const file = `${primary.paths.data}/test.conf`;
    const [one, other] = ['1', '2'].map((digit) => `# ${digit.repeat(5000)}\n`);
    await primary.files.write(file, one ?? '', 0o600);
    const reading = (async () => {
      for (let i = 0; i < 5; i++) assert.ok([one, other].includes(await primary.files.read(file)));
    })();
    for (let i = 0; i < 3; i++) await primary.files.write(file, (i % 2 === 0 ? other : one) ?? '', 0o600);
    await reading;
    assert.match(await primary.run(program('ls', ['-lan', file])), /^-rw-------\s+\d+\s+999\s+999\s/);
    const names = await primary.files.list(primary.paths.data);
    assert.deepEqual(
      names?.filter((name) => name.startsWith('test.conf')),
      ['test.conf'],
    );
    await primary.files.remove(file);
    assert.equal(await primary.files.read(file), undefined);
    await assert.rejects(primary.files.write(`${file}/nowhere`, '', 0o600), CommandError);
  });

  it('copy a node from its neighbour by name, with the passfile, and stream from it', async () => {
    await standby.files.write(standby.paths.passfile, passwords, 0o600);
    const { data, passfile } = standby.paths;
    const source = { primary: { host: 'primary', port: 5432 }, user: 'postgres', passfile };
    await withSession(login(primaryPort), { applicationName: 'test' }, (session) =>
      createReplicationSlot(session, 'standby'),
    );
    await standby.run(baseBackup({ ...source, dataDirectory: data }));
    const follow = standbyConfiguration({ ...source, slot: 'standby' });
    await standby.files.write(`${data}/standby.signal`, '', 0o600);
    await standby.files.write(`${data}/postgresql.auto.conf`, follow, 0o600);
    await standby.files.write(`${data}/${CONFIGURATION_FILE}`, settings(standby, 'standby'), 0o600);
    await standby.start();
    await query(primaryPort, "SELECT pg_catalog.pg_logical_emit_message(true, 'test', 'x')::text AS value");
    const streams = await waitUntil(
      async () =>
        (
          await query(
            primaryPort,
            "SELECT state AS value FROM pg_stat_replication WHERE application_name = 'standby'",
          )
        )[0] === 'streaming',
      { deadlineMs: 20_000 },
    );
    assert.ok(streams);
    assert.deepEqual(await query(standbyPort, 'SELECT pg_is_in_recovery()::text AS value'), ['true']);
  });

  it('have servers reach each other with the passfile that their environment names', async () => {
    // The foreign server's connection is one of the server process itself.
    await withSession(login(primaryPort), { applicationName: 'test' }, async (session) => {
      await session.run('CREATE EXTENSION dblink');
      const rows = await session.query(
        Row,
        `SELECT value FROM dblink('host=standby port=5432 user=postgres dbname=postgres',
           'SELECT current_setting(''cluster_name'')') AS remote(value text)`,
      );
      assert.deepEqual(rows, [{ value: 'standby' }]);
    });
  });

  it('open psql and the log in a terminal', async () => {
    const command = await primary.psql({
      host: 'primary',
      port: 5432,
      user: 'postgres',
      database: 'postgres',
    });
    assert.ok(typeof command !== 'string');
    assert.ok(!JSON.stringify(command).includes(PASSWORD.slice(0, 10)));
    // Here is no terminal.
    const args = command.args.filter((argument) => argument !== '--tty');
    const asked = promisify(execFile)(
      command.file,
      [...args, '--tuples-only', '--no-align', '--command=SELECT 6 * 7'],
      {
        env: { ...process.env, ...command.env },
      },
    );
    assert.equal((await asked).stdout.trim(), '42');

    const log = primary.logView();
    assert.ok(log.kind === 'terminal');
    const shown = await promisify(execFile)(
      log.command.file,
      log.command.args.filter((argument) => argument !== '--follow'),
      { env: { ...process.env, ...log.command.env } },
    );
    assert.match(shown.stdout + shown.stderr, /database system is ready to accept connections/);
    assert.match(await primary.logEnd(2000), /database system is ready to accept connections/);
    assert.equal((await primary.logEnd(100)).length, 100);
  });

  it('are known by the engine to be healthy', async function () {
    if (engine.kind === 'podman') skip(this, 'Podman leaves health checks to systemd');
    const inspect = [
      'inspect',
      '--format',
      '{{.State.Health.Status}}',
      `citus-test-${id.slice(0, 8)}-primary`,
    ];
    const isHealthy = async (): Promise<boolean> =>
      (await engineSays(engine.program, ...inspect))[0] === 'healthy';
    assert.ok(await waitUntil(isHealthy, { deadlineMs: 30_000, intervalMs: 200 }));
  });

  it('keep their data when they are stopped and started', async () => {
    await withSession(login(primaryPort), { applicationName: 'test' }, (session) =>
      session.run('CREATE TABLE kept AS SELECT 42::text AS value'),
    );
    await standby.stop('immediate');
    await primary.stop('fast');
    assert.equal(await primary.isAlive(), false);
    assert.equal(await runtime.isPortFree(primaryPort), true);
    assert.match(
      await primary.logEnd(2000),
      /received fast shutdown request[^]*database system is shut down/,
    );
    await primary.stop('fast');

    await primary.start();
    await standby.start();
    assert.deepEqual(await query(primaryPort, 'SELECT value FROM kept'), ['42']);
  });

  it('say that a container is gone, and that its server is not alive', async () => {
    await engineSays(engine.program, 'rm', '--force', '--volumes', `citus-test-${id.slice(0, 8)}-standby`);
    assert.equal(await standby.isAlive(), false);
    assert.equal(await standby.logEnd(1000), '');
    assert.equal(typeof (await standby.psql({ ...login(5432), host: 'standby' })), 'string');
    await assert.rejects(standby.files.read(standby.paths.passfile), /is not there \(any more\)/);
    await assert.rejects(standby.start(), CommandError);
  });

  it('go away with all that was made for them, and nothing else', async () => {
    const foreign = await engineSays(
      engine.program,
      'volume',
      'create',
      '--label',
      'citus-multi-coordinator.cluster=x',
    );
    try {
      await runtime.remove();
      assert.deepEqual(await things(), []);
      await runtime.remove();
      const volumes = await engineSays(engine.program, 'volume', 'ls', '--quiet');
      assert.deepEqual(
        volumes.filter((name) => foreign.includes(name)),
        foreign,
      );
      assert.equal(await runtime.isPortFree(primaryPort), true);
      assert.equal(await runtime.isPortFree(standbyPort), true);
    } finally {
      await engineSays(engine.program, 'volume', 'rm', ...foreign);
    }
  });

  it('leave no volume that the image asked for', async () => {
    assert.deepEqual(await dangling(), strayVolumes);
  });
});
