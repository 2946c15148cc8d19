import { ensureEmbeddedPostgres } from '../../scripts/setup/embedded.mjs';

let programs: Promise<string> | undefined;

/** Folder with the programs of the PostgreSQL that npm brings; put where the servers' account can get to. */
export const embeddedPrograms = (): Promise<string> => (programs ??= ensureEmbeddedPostgres());
