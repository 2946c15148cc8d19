import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import { readDescription } from '../../src/cluster/description.ts';
import { toRequest } from '../../src/cluster/provision/request.ts';
import type { ClusterSettings } from '../../src/cluster/service.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import {
  createTestService,
  makeTestDirectory,
  removeTestDirectory,
  settledStatus,
} from '../support/clusters.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { proposeOn, TEST_PLATFORMS, type TestPlatform } from '../support/platforms.ts';

/** All kinds of steps are there, and none twice but for the coordinators' own. */
const WISHES = { workers: 1 };
/** Provisionings that are killed at the same time: most of the time goes by until a dead holder's lock is stale. */
const AT_ONCE = 4;

const describeCrash = (platform: TestPlatform): void => {
  describe(`a crash while provisioning a cluster of ${platform.title}`, function () {
    this.timeout(900_000);
    let directory: string | undefined;
    let service: ClusterService;
    let settings: Partial<ClusterSettings>;
    const titles: string[] = [];

    before(async function () {
      await platform.need(this);
      directory = await makeTestDirectory();
      settings = await platform.settings();
      service = createTestService(directory, { settings });
      const cluster = await service.provision(toRequest(await proposeOn(platform, service, WISHES)), {
        onProgress: ({ running }) => titles.push(...running.filter((title) => !titles.includes(title))),
      });
      await service.destroy(cluster);
    });
    after(async () => {
      if (directory === undefined) return;
      await service.close();
      await removeTestDirectory(directory);
    });

    const provisionUntil = async (name: string, title: string): Promise<void> => {
      const victim = fork(
        path.join(import.meta.dirname, '../support/provisionUntil.ts'),
        [
          directory ?? '',
          String(TEST_PLATFORMS.indexOf(platform)),
          JSON.stringify(settings),
          JSON.stringify({ ...WISHES, name }),
          title,
        ],
        { execArgv: ['--import', 'tsx'], stdio: 'inherit' },
      );
      const [code, signal] = (await once(victim, 'exit')) as [number | null, string | null];
      assert.deepEqual([code, signal], [null, 'SIGKILL'], `killed at: ${title}`);
    };

    it('is cleaned up by the next look, at whichever step it was', async () => {
      assert.ok(titles.length > 15, titles.join());
      const waiting = [...titles];
      const worker = async (number: number): Promise<void> => {
        const name = `crash${number}-${process.pid}`;
        const folder = path.join(directory ?? '', name);
        for (let title = waiting.shift(); title !== undefined; title = waiting.shift()) {
          await provisionUntil(name, title);
          const left = await readDescription(localMachine.ownFiles, folder);
          assert.ok(left, `${title}: something is there to clean up`);
          // A crashed holder's lock is taken over when it is stale; until then each look leaves things alone.
          const isGone = async (): Promise<boolean> => {
            assert.deepEqual(await service.list(), []);
            return (await localMachine.ownFiles.list(folder)) === undefined;
          };
          assert.ok(await waitUntil(isGone, { deadlineMs: 60_000, intervalMs: 200 }), `killed at: ${title}`);
          await assertNothingLeft(
            { name, folder, ports: left.nodes.map(({ port }) => port) },
            `killed at: ${title}`,
          );
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => worker(number)));
    });

    it('doesn’t keep the next one of the same name from working', async () => {
      const name = `again-${process.pid}`;
      await provisionUntil(name, titles.at(-3) ?? '');
      const cluster = await service.provision(
        toRequest(await proposeOn(platform, service, { ...WISHES, name })),
      );
      assert.equal((await settledStatus(service, cluster)).get('coordinator2')?.role, 'standby');
      assert.deepEqual(
        (await service.list()).map((listed) => listed.name),
        [name],
      );
      await service.destroy(cluster);
    });
  });
};

for (const platform of TEST_PLATFORMS) if (platform.crash) describeCrash(platform);
