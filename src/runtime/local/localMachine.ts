import os from 'node:os';
import type { Machine, Runtime } from '../runtime.ts';
import { findInstalls } from './installs.ts';
import { LocalFiles } from './localFiles.ts';
import { LocalRuntime } from './localRuntime.ts';
import { serverUser } from './osUser.ts';

/** The machine that the extension runs on. */
export const localMachine: Machine = {
  ownFiles: new LocalFiles(undefined),
  parallelism: os.availableParallelism(),
  findInstalls,
  serverUser: async (wanted) => (await serverUser(wanted))?.name,
  runtime: async (binDirectory, osUser): Promise<Runtime> =>
    new LocalRuntime(binDirectory, osUser === undefined ? undefined : await serverUser(osUser)),
};
