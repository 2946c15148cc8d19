/**
 * Provisions a cluster and, as soon as the given step runs, dies as in a crash.
 * Arguments: directory, the cluster's name, the index of the platform among the tests' platforms, its settings as JSON
 * (to find them out anew takes longer than all of the rest), the step's title.
 */
import { toRequest } from '../../src/cluster/provision/request.ts';
import type { ClusterSettings } from '../../src/cluster/service.ts';
import { createTestService } from './clusters.ts';
import { proposeOn, TEST_PLATFORMS } from './platforms.ts';

const [directory = '', name = '', index = '', settings = '', title = ''] = process.argv.slice(2);
const platform = TEST_PLATFORMS[Number(index)];
if (platform === undefined) throw new Error(`There is no platform ${index}.`);
const service = createTestService(directory, { settings: JSON.parse(settings) as Partial<ClusterSettings> });
await service.provision(toRequest(await proposeOn(platform, service, { name })), {
  onProgress: ({ running }) => {
    if (running.includes(title)) process.kill(process.pid, 'SIGKILL');
  },
});
