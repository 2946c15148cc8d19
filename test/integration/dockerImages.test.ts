import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { ClusterError } from '../../src/cluster/errors.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import type { ContainerEngine } from '../../src/runtime/containers.ts';
import { dockerContainers } from '../../src/runtime/docker/dockerContainers.ts';
import { findInstalls } from '../../src/runtime/local/installs.ts';
import { engineSays, freePorts, needImage, testImage } from '../support/docker.ts';
import { type ImageRegistry, startImageRegistry } from '../support/imageRegistry.ts';

const FIRST_REGISTRY_PORT = 22_030;
const NOBODY_LISTENS_PORT = 22_029;

describe('images', function () {
  this.timeout(180_000);
  let engine: ContainerEngine;
  const made: string[] = [];

  before(async function () {
    engine = await needImage(this);
  });
  after(async () => {
    if (made.length > 0) await engineSays(engine.program, 'rmi', '--force', ...made);
  });

  /** Makes an image of another one by a script that runs in it as root. */
  const change = async (name: string, image: string, script: string): Promise<string> => {
    const container = `${name}-maker`;
    const options = ['--network=none', '--user=0', '--entrypoint=sh', `--name=${container}`];
    await engineSays(engine.program, 'run', ...options, image, '-c', script);
    await engineSays(engine.program, 'commit', container, name);
    await engineSays(engine.program, 'rm', '--volumes', container);
    made.push(name);
    return name;
  };

  describe('of this machine', () => {
    it('tell which PostgreSQL and Citus are in them, by being run once', async () => {
      const [install] = await findInstalls('');
      const image = await testImage();
      const again = `${image}-again`;
      await engineSays(engine.program, 'tag', image, again);
      made.push(again);
      const contents = await dockerContainers.inspectImage(engine, image);
      assert.equal(contents?.postgresVersion, install?.version);
      assert.equal(contents?.citusVersion, install?.citusVersion);

      const since = String(Date.now() / 1000);
      assert.deepEqual(await dockerContainers.inspectImage(engine, again), contents);
      const range = ['--since', since, '--until', String(Date.now() / 1000)];
      assert.deepEqual(await engineSays(engine.program, 'events', ...range, '--filter', 'event=create'), []);
    });

    it('may lack Citus', async () => {
      const script = 'rm -f /usr/share/postgresql/*/extension/citus.control';
      const image = await change('citus-test-plain', await testImage(), script);
      const contents = await dockerContainers.inspectImage(engine, image);
      assert.ok(contents !== undefined && !('citusVersion' in contents));
    });

    it('are refused where PostgreSQL, its account or a shell is missing', async () => {
      const lacks = async (image: string): Promise<string> => {
        const error: unknown = await dockerContainers
          .inspectImage(engine, image)
          .catch((reason: unknown) => reason);
        assert.ok(ClusterError.is(error, 'bad-image'));
        assert.equal(error.detail.image, image);
        return error.message;
      };
      const base = await testImage();
      const noServer = await change('citus-test-no-server', base, 'rm -r /usr/lib/postgresql/*/bin');
      assert.match(await lacks(noServer), /lacks PostgreSQL’s server/);
      const noInitdb = await change('citus-test-no-initdb', base, 'rm /usr/lib/postgresql/*/bin/initdb');
      assert.match(await lacks(noInitdb), /lacks initdb/);
      const noAccount = await change('citus-test-no-account', base, 'rm /etc/passwd');
      assert.match(await lacks(noAccount), /lacks an account named postgres/);
      const noShell = await change('citus-test-no-shell', base, 'rm /usr/bin/sh');
      assert.match(await lacks(noShell), /has no shell/);
    });

    it('are undefined where they are not', async () => {
      assert.equal(await dockerContainers.inspectImage(engine, 'no-such-image:1'), undefined);
    });
  });

  describe('of a registry', () => {
    let registry: ImageRegistry | undefined;
    let image: string;
    const layers = 4;

    before(async function () {
      registry = await startImageRegistry(this, await freePorts(FIRST_REGISTRY_PORT, 2));
      image = `${registry.host}/team/layers:1`;
      await pushLayers();
    });
    after(async () => {
      await registry?.close();
    });

    /** Makes an image of several layers, which then is in the registry alone. */
    const pushLayers = async (): Promise<void> => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'citus-layers-'));
      const file = path.join(folder, 'file');
      try {
        await writeFile(path.join(folder, 'empty.tar'), Buffer.alloc(10_240));
        await engineSays(engine.program, 'import', path.join(folder, 'empty.tar'), image);
        for (let layer = 0; layer < layers; layer++) {
          await writeFile(file, randomBytes(1e6));
          const [container = ''] = await engineSays(
            engine.program,
            'create',
            '--network=none',
            image,
            '/none',
          );
          await engineSays(engine.program, 'cp', file, `${container}:/file${layer}`);
          await engineSays(engine.program, 'commit', container, image);
          await engineSays(engine.program, 'rm', container);
        }
        await engineSays(engine.program, 'push', image);
        await engineSays(engine.program, 'rmi', image);
      } finally {
        await rm(folder, { recursive: true });
      }
    };
    const isThere = async (): Promise<boolean> =>
      (await engineSays(engine.program, 'image', 'ls', '--quiet', image)).length > 0;
    const failure = async (name: string): Promise<ClusterError> => {
      const error: unknown = await dockerContainers
        .pullImage(engine, name, {})
        .catch((reason: unknown) => reason);
      assert.ok(ClusterError.is(error, 'no-image'), String(error));
      return error;
    };

    it('stay away when their pull is cancelled', async () => {
      assert.ok(registry);
      registry.trickles = true;
      const cancelling = new AbortController();
      const reason = new Error('no longer wanted');
      const pulling = dockerContainers.pullImage(engine, image, { signal: cancelling.signal });
      const transfers = (): Promise<boolean> => Promise.resolve((registry?.trickling ?? 0) > 0);
      assert.ok(await waitUntil(transfers, { deadlineMs: 20_000 }), 'it transfers');
      cancelling.abort(reason);
      await assert.rejects(pulling, reason);
      registry.trickles = false;
      assert.equal(await isThere(), false);
      await assert.rejects(dockerContainers.pullImage(engine, image, { signal: cancelling.signal }), reason);
    });

    it('come layer by layer', async () => {
      const steps: [done: number, total: number][] = [];
      await dockerContainers.pullImage(engine, image, {
        onProgress: (done, total) => steps.push([done, total]),
      });
      assert.ok(await isThere());
      assert.ok(steps.length > 1);
      assert.deepEqual(
        steps,
        [...steps].sort(([a], [b]) => a - b),
        'it never goes back',
      );
      const [done, total] = steps.at(-1)!;
      assert.ok(total >= layers);
      if (engine.kind === 'docker') assert.equal(done, total);
      await engineSays(engine.program, 'rmi', image);
    });

    it('can’t be had where there is no such tag, or no such repository', async () => {
      for (const name of [image.replace(':1', ':2'), `${registry!.host}/team/nothing:1`]) {
        const error = await failure(name);
        assert.equal(error.message, `There is no image ${name}, or none for those who aren’t logged in.`);
        assert.match(error.nextStep ?? '', /name and version/);
      }
    });

    it('can’t be had where the registry can’t be reached', async () => {
      const error = await failure(`127.0.0.1:${NOBODY_LISTENS_PORT}/team/layers:1`);
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${NOBODY_LISTENS_PORT} can’t be reached`));
      assert.match(error.nextStep ?? '', /online/);
    });

    it('can’t be had in the engine’s own words where it is something else', async () => {
      const error = await failure(`${registry!.host}/Not A Name`);
      assert.notEqual(error.message, '');
    });
  });
});
