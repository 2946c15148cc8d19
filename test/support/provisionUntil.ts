/**
 * Provisions a cluster and, as soon as the given step runs, dies as in a crash.
 * Arguments: directory, the index of the platform among the tests' platforms, its settings (to find them out anew takes
 * longer than all of the rest) and what is wished for, both as JSON, the step's title.
 */
import { type ProvisionWishes, toRequest } from '../../src/cluster/provision/request.ts';
import type { ClusterSettings } from '../../src/cluster/service.ts';
import { createTestService } from './clusters.ts';
import { proposeOn, TEST_PLATFORMS } from './platforms.ts';

const [directory = '', index = '', settings = '', wishes = '', title = ''] = process.argv.slice(2);
const platform = TEST_PLATFORMS[Number(index)];
if (platform === undefined) throw new Error(`There is no platform ${index}.`);
const service = createTestService(directory, { settings: JSON.parse(settings) as Partial<ClusterSettings> });
await service.provision(
  toRequest(await proposeOn(platform, service, JSON.parse(wishes) as ProvisionWishes)),
  {
    onProgress: ({ running }) => {
      if (running.includes(title)) process.kill(process.pid, 'SIGKILL');
    },
  },
);
