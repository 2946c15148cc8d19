import { toRequest } from '../../src/cluster/provision/request.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import type { BenchResult } from '../support/bench.ts';
import { median } from '../support/median.ts';
import { createTestService, makeTestDirectory, proposeTestCluster } from '../support/clusters.ts';

export const name = 'Provisioning 2 coordinators and 2 workers';

const ROUNDS = 5;

/** Seconds to provision, with so many steps at once. */
const provisionWith = async (parallelism: number): Promise<number> => {
  const directory = await makeTestDirectory();
  const service = createTestService(directory, { machine: { ...localMachine, parallelism } });
  const request = toRequest(await proposeTestCluster(service));
  const begun = performance.now();
  const cluster = await service.provision(request);
  const seconds = (performance.now() - begun) / 1000;
  await service.destroy(cluster);
  await service.close();
  await localMachine.ownFiles.remove(directory);
  return seconds;
};

/** The graph against the same steps one after another, by turns, so that both meet the same machine. */
export const run = async (): Promise<BenchResult[]> => {
  const sideBySide: number[] = [];
  const inTurn: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    inTurn.push(await provisionWith(1));
    sideBySide.push(await provisionWith(localMachine.parallelism));
  }
  return [
    {
      label: 'the graph of steps, against one step at a time',
      value: median(sideBySide),
      unit: 's',
      reference: median(inTurn),
      limit: 0.8,
    },
  ];
};
