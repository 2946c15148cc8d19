import type { Context } from 'mocha';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Platform } from '../../src/cluster/provision/platform.ts';
import type { Proposal, ProvisionWishes } from '../../src/cluster/provision/request.ts';
import type { ClusterSettings } from '../../src/cluster/service.ts';
import { localMachine } from '../../src/runtime/local/localMachine.ts';
import { needCitus, proposeTestCluster } from './clusters.ts';
import { needImage, testImage } from './docker.ts';
import { embeddedPrograms } from './embedded.ts';
import { skip } from './skip.ts';

/** One of the things that a cluster can be made of, as tests choose it. */
export interface TestPlatform {
  readonly title: string;
  readonly runtime: Platform['kind'];
  readonly sharding: Platform['sharding'];
  /** Words of its line in the provisioning dialog's list, and of no line above it. */
  readonly label: string;
  /** Skips where this machine lacks it. */
  readonly need: (context: Context) => Promise<void>;
  /** Whether crashes are tried with it: once for each runtime. */
  readonly crash?: boolean;
  /** What must be set for it to be found. */
  readonly settings: () => Promise<Partial<ClusterSettings>>;
}

const needPostgres = async (context: Context): Promise<void> => {
  if ((await localMachine.findInstalls('')).length === 0) skip(context, 'PostgreSQL is not installed');
};

export const CITUS: TestPlatform = {
  title: 'Citus of this machine',
  runtime: 'local',
  sharding: 'citus',
  label: 'Citus',
  need: needCitus,
  settings: () => Promise.resolve({}),
};

const BUILT_IN = { runtime: 'local', sharding: 'postgres_fdw', label: 'built-in sharding' } as const;

export const TEST_PLATFORMS: readonly TestPlatform[] = [
  CITUS,
  {
    ...BUILT_IN,
    title: 'built-in sharding on an installed PostgreSQL',
    crash: true,
    need: needPostgres,
    settings: () => Promise.resolve({}),
  },
  {
    ...BUILT_IN,
    title: 'built-in sharding on the embedded PostgreSQL',
    need: () => Promise.resolve(),
    settings: async () => ({ binDirectory: await embeddedPrograms() }),
  },
  {
    title: 'Citus in Docker',
    crash: true,
    runtime: 'docker',
    sharding: 'citus',
    label: 'in Docker',
    need: async (context) => {
      await needImage(context);
      await needCitus(context);
    },
    settings: async () => ({ image: await testImage() }),
  },
];

/** A proposal for a cluster that is made of this. */
export const proposeOn = async (
  { runtime, sharding }: TestPlatform,
  service: ClusterService,
  wishes: ProvisionWishes = {},
): Promise<Proposal> => {
  const proposal = await proposeTestCluster(service, wishes);
  const platform = proposal.platforms.find((each) => each.kind === runtime && each.sharding === sharding);
  if (platform === undefined) throw new Error(`This machine offers no ${sharding} on ${runtime}.`);
  return { ...proposal, platform };
};
