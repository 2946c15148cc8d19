import type { PostgresInstall, ServerVersions } from '../../postgres/install.ts';
import type { ContainerEngine } from '../../runtime/containers.ts';
import type { ShardingId } from '../../sharding/sharding.ts';

/** The oldest PostgreSQL that clusters are made of. */
export const OLDEST_POSTGRES = 14;

/** What a cluster is made of: where its servers run, which PostgreSQL that is, and how it spreads tables. */
export type Platform = LocalPlatform | DownloadPlatform | ContainerPlatform;

/** A PostgreSQL of this machine. */
export interface LocalPlatform {
  readonly kind: 'local';
  readonly sharding: ShardingId;
  readonly install: PostgresInstall;
}

/** A PostgreSQL that is downloaded first. */
interface DownloadPlatform {
  readonly kind: 'download';
  readonly sharding: ShardingId;
  readonly version: string;
  readonly bytes: number;
}

/** Containers of an image, which is pulled first where its contents aren't known. */
export interface ContainerPlatform {
  readonly kind: 'docker';
  readonly sharding: ShardingId;
  readonly engine: ContainerEngine;
  readonly image: string;
  readonly memoryMegabytes: number;
  readonly contents?: ServerVersions;
}

/** Whether clusters can be made of this PostgreSQL. @param version `15.20` */
export const isSupported = (version: string): boolean => Number.parseInt(version, 10) >= OLDEST_POSTGRES;

/** Why clusters can't be made of an image, in words; undefined where they can. */
export const imageProblem = (image: string, { postgresVersion }: ServerVersions): string | undefined =>
  isSupported(postgresVersion)
    ? undefined
    : `The image ${image} holds PostgreSQL ${postgresVersion}, and ${OLDEST_POSTGRES} is the oldest that will do.`;

/** What to do where an image won't do. */
export const OTHER_IMAGE = 'Name another image in the setting citus.docker.image.';

/** What tells platforms of one machine apart, for as long as it stays as it is. */
export const platformKey = (platform: Platform): string =>
  [platform.kind, platform.sharding, platform.kind === 'local' ? platform.install.binDirectory : ''].join(
    ' ',
  );

/** What a machine has to make clusters of. */
export interface Equipment {
  readonly installs: readonly PostgresInstall[];
  /** The best there is, where containers can be run. */
  readonly containers?: Omit<ContainerPlatform, 'kind' | 'sharding'>;
  /** What can be downloaded, where there is something for this kind of machine. */
  readonly download?: Pick<DownloadPlatform, 'version' | 'bytes'>;
}

/**
 * What can be made of a machine's equipment, best first: Citus of this machine, Citus in containers, and then what
 * PostgreSQL itself ships, downloaded only where there is none.
 */
export const platformsOf = ({ installs, containers, download }: Equipment): Platform[] => {
  const usable = installs.filter(({ version }) => isSupported(version));
  const local = (sharding: ShardingId, of: readonly PostgresInstall[]): Platform[] =>
    of.map((install) => ({ kind: 'local', sharding, install }));
  const citus = local(
    'citus',
    usable.filter(({ citusVersion }) => citusVersion !== undefined),
  );
  const builtIn = local(
    'postgres_fdw',
    usable.filter(({ lacksForeignTables }) => lacksForeignTables !== true),
  );
  const imageHasCitus = containers?.contents === undefined || containers.contents.citusVersion !== undefined;
  const sharding = imageHasCitus ? 'citus' : 'postgres_fdw';
  return [
    ...citus,
    ...(containers ? [{ kind: 'docker', sharding, ...containers } as const] : []),
    ...builtIn,
    ...(download && citus.length + builtIn.length === 0
      ? [{ kind: 'download', sharding: 'postgres_fdw', ...download } as const]
      : []),
  ];
};
