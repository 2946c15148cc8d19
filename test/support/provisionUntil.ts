/** Provisions a cluster and, as soon as the given step runs, dies as in a crash. Arguments: directory, the step's title. */
import { toRequest } from '../../src/cluster/provision/request.ts';
import { createTestService, proposeTestCluster } from './clusters.ts';

const [directory = '', title = ''] = process.argv.slice(2);
const service = createTestService(directory);
const proposal = await proposeTestCluster(service, { name: 'crash' });
await service.provision(toRequest(proposal), {
  onProgress: ({ running }) => {
    if (running.includes(title)) process.kill(process.pid, 'SIGKILL');
  },
});
