import assert from 'node:assert/strict';
import type { Proposal } from '../../src/cluster/provision/request.ts';
import { findEngine } from '../../src/runtime/docker/engine.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import { postgresProcesses, worksInside } from '../../src/runtime/local/processes.ts';
import { engineSays } from './docker.ts';

/** What a cluster would have left something of. */
export interface Place {
  readonly name: string;
  readonly folder: string;
  readonly ports: readonly number[];
}

/** Where a proposed cluster would be. */
export const placeOf = ({ name, folder, coordinators, workers }: Proposal): Place => ({
  name,
  folder,
  ports: [...coordinators, ...workers].map(({ port }) => port),
});

/** No process, no folder, no port, no container, volume or network. @param when told where there is something */
export const assertNothingLeft = async ({ name, folder, ports }: Place, when = ''): Promise<void> => {
  const processes = (await postgresProcesses()).filter((candidate) => worksInside(folder, candidate));
  assert.deepEqual(processes, [], when);
  assert.equal(await localMachine.ownFiles.list(folder), undefined, `${folder} is there, ${when}`);
  for (const port of ports) assert.ok(await localMachine.isPortFree(port), `port ${port} is in use, ${when}`);
  const engine = await findEngine();
  if (engine.state !== 'ready') return;
  const filter = `label=citus-multi-coordinator.cluster-name=${name}`;
  const things = [
    await engineSays(engine.program, 'ps', '--all', '--filter', filter),
    await engineSays(engine.program, 'volume', 'ls', '--filter', filter),
    await engineSays(engine.program, 'network', 'ls', '--filter', filter),
  ];
  // The first line of each has the headings.
  assert.deepEqual(
    things.flatMap((lines) => lines.slice(1)),
    [],
    when,
  );
};
