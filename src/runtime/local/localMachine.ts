import os from 'node:os';
import { DockerRuntime } from '../docker/dockerRuntime.ts';
import { dockerContainers } from '../docker/dockerContainers.ts';
import { isPortFree } from '../ports.ts';
import type { Machine } from '../runtime.ts';
import { createAccount } from './createAccount.ts';
import { downloads } from './downloads.ts';
import { findInstalls } from './installs.ts';
import { LocalFiles } from './localFiles.ts';
import { LocalRuntime } from './localRuntime.ts';
import { serverUser } from './osUser.ts';

const ownFiles = new LocalFiles(undefined);

/** The machine that the extension runs on. */
export const localMachine: Machine = {
  ownFiles,
  parallelism: os.availableParallelism(),
  findInstalls,
  isPortFree,
  serverUser: async (wanted) => (await serverUser(wanted))?.name,
  createServerUser: createAccount,
  containers: dockerContainers,
  downloads,
  async runtime(owner) {
    const { folder, runtime } = owner;
    if (runtime.kind === 'docker') return new DockerRuntime(owner, runtime, ownFiles);
    const { binDirectory, osUser } = runtime;
    return new LocalRuntime(
      folder,
      binDirectory,
      osUser === undefined ? undefined : await serverUser(osUser),
    );
  },
};
