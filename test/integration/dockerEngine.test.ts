import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { after, before, describe, it } from 'mocha';
import type { ContainerEngine } from '../../src/runtime/containers.ts';
import { DockerRuntime } from '../../src/runtime/docker/dockerRuntime.ts';
import { findEngine, lookAtEngine } from '../../src/runtime/docker/engine.ts';
import { EngineError } from '../../src/runtime/docker/run.ts';
import { LocalFiles } from '../../src/runtime/local/localFiles.ts';
import { engineSays, needContainers } from '../support/docker.ts';
import { skip } from '../support/skip.ts';

const NOBODY_LISTENS_PORT = 22_020;

describe('container engines', function () {
  let engine: ContainerEngine;
  let folder: string;

  before(async function () {
    engine = await needContainers(this);
    if (engine.kind !== 'docker') skip(this, 'only Docker has a daemon that can be out of reach');
    folder = await mkdtemp(path.join(os.tmpdir(), 'citus-engine-'));
    await chmod(folder, 0o755);
  });
  after(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  /** Does something while these variables are set, or, where undefined, are not. */
  const withVariables = async <T>(
    variables: Record<string, string | undefined>,
    work: () => Promise<T>,
  ): Promise<T> => {
    const before = { ...process.env };
    try {
      for (const [name, value] of Object.entries(variables)) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
      return await work();
    } finally {
      process.env = before;
    }
  };
  const lookAt = (host: string): ReturnType<typeof lookAtEngine> =>
    withVariables({ DOCKER_HOST: host }, () => lookAtEngine(engine.program));
  const endpoint = async (): Promise<string> => {
    const format = '{{.Endpoints.docker.Host}}';
    return (await engineSays(engine.program, 'context', 'inspect', '--format', format))[0]!;
  };

  it('are found where they can be used, with their version', async () => {
    const found = await findEngine();
    assert.deepEqual(found, { state: 'ready', ...engine });
    assert.ok(path.isAbsolute(engine.program));
    assert.match(engine.version, /^\d+\.\d+/);
    assert.deepEqual(await lookAtEngine(engine.program), found);
  });

  it('are told from programs that are not there', async () => {
    const state = await lookAtEngine('/no/such/docker');
    assert.ok(state.state === 'unusable' && state.reason === 'absent');
    assert.match(state.message, /\/no\/such\/docker is not there/);
  });

  it('are stopped where their socket is missing', async () => {
    const socket = `unix://${path.join(folder, 'missing')}`;
    const state = await lookAt(socket);
    assert.ok(state.state === 'unusable' && state.reason === 'stopped');
    assert.ok(state.message.includes(socket));
    assert.notEqual(state.nextStep, '');
  });

  it('are stopped where nobody listens on their socket', async () => {
    const [socket, left] = [path.join(folder, 'socket'), path.join(folder, 'left')];
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    // Closing removes the socket by the name that it had.
    await rename(socket, left);
    await new Promise((resolve) => server.close(resolve));
    const state = await lookAt(`unix://${left}`);
    assert.ok(state.state === 'unusable' && state.reason === 'stopped');
  });

  it('are forbidden where their socket is closed to the account', async function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can become another account');
    const socket = path.join(folder, 'closed');
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    await chmod(socket, 0o600);
    const accounts = await readFile('/etc/passwd', 'utf8');
    const uid = Number(/^nobody:[^:]*:(\d+):/m.exec(accounts)?.[1]);
    // In one file, since the account may not be able to get to the sources.
    const outfile = path.join(folder, 'engine.cjs');
    const entry = path.join(import.meta.dirname, '../../src/runtime/docker/engine.ts');
    await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs' });
    const script = `require(${JSON.stringify(outfile)})
      .lookAtEngine(${JSON.stringify(engine.program)})
      .then((state) => process.stdout.write(state.reason))`;
    try {
      const { stdout } = await promisify(execFile)(process.execPath, ['--eval', script], {
        uid,
        gid: uid,
        cwd: '/',
        env: { PATH: process.env['PATH'], HOME: '/', TMPDIR: '/tmp', DOCKER_HOST: `unix://${socket}` },
      });
      assert.equal(stdout, 'forbidden');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('are out of reach where another machine does not answer, or only they know the way', async () => {
    for (const host of [`tcp://127.0.0.1:${NOBODY_LISTENS_PORT}`, 'ssh://nobody@127.0.0.1:9']) {
      const state = await lookAt(host);
      assert.ok(state.state === 'unusable' && state.reason === 'unreachable', host);
      assert.ok(state.message.includes(host));
    }
  });

  it('are out of reach where they say nothing', async function () {
    this.timeout(30_000);
    const socket = path.join(folder, 'silent');
    const server = net.createServer((client) => client.resume());
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const state = await lookAt(`unix://${socket}`);
    assert.ok(state.state === 'unusable' && state.reason === 'unreachable');
    assert.match(state.message, /did not finish within 5 s/);
    await new Promise((resolve) => server.close(resolve));
  });

  it('are those of the chosen context', async () => {
    const configuration = { DOCKER_CONFIG: path.join(folder, 'config') };
    const missing = `unix://${path.join(folder, 'missing')}`;
    const use = (context: string): ReturnType<typeof lookAtEngine> =>
      withVariables({ ...configuration, DOCKER_HOST: undefined, DOCKER_CONTEXT: context }, () =>
        lookAtEngine(engine.program),
      );
    const contexts = { real: await endpoint(), gone: missing };
    await withVariables(configuration, async () => {
      for (const [name, host] of Object.entries(contexts)) {
        await engineSays(engine.program, 'context', 'create', name, '--docker', `host=${host}`);
      }
    });
    assert.equal((await use('real')).state, 'ready');
    const gone = await use('gone');
    assert.ok(gone.state === 'unusable' && gone.reason === 'stopped' && gone.message.includes(missing));
    const unknown = await use('unknown');
    assert.ok(unknown.state === 'unusable' && unknown.reason === 'unreachable');
    assert.match(unknown.message, /unknown/);
  });

  it('that are gone are the reason that whatever is asked of a cluster’s nodes gives', async () => {
    const choice = {
      kind: 'docker',
      program: engine.program,
      image: 'no-such-image',
      memoryMegabytes: 256,
    } as const;
    const nodes = [{ name: 'worker1', port: NOBODY_LISTENS_PORT }];
    const owner = { id: randomUUID(), name: 'gone', folder, runtime: choice, nodes };
    const runtime = new DockerRuntime(owner, choice, new LocalFiles(undefined));
    const node = runtime.node('worker1');
    const isStopped = (error: unknown): boolean => error instanceof EngineError && error.reason === 'stopped';
    await withVariables({ DOCKER_HOST: `unix://${path.join(folder, 'missing')}` }, async () => {
      await assert.rejects(runtime.prepare(), isStopped);
      await assert.rejects(node.create(), isStopped);
      await assert.rejects(node.start(), isStopped);
      await assert.rejects(node.stop('fast'), isStopped);
      await assert.rejects(node.files.read('/file'), isStopped);
      await assert.rejects(runtime.remove(), isStopped);
      assert.equal(await node.isAlive(), false);
      assert.match((await runtime.problem(1))?.message ?? '', /isn’t running/);
    });
    await runtime.remove();
    assert.equal((await runtime.problem(1))?.message, 'The image no-such-image is not on this machine.');
    await assert.rejects(node.create(), { reason: 'no-image' });
  });
});
