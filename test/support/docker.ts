import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Context } from 'mocha';
import type { ContainerEngine } from '../../src/runtime/containers.ts';
import { isPortFree } from '../../src/runtime/ports.ts';
import { findEngine } from '../../src/runtime/docker/engine.ts';
import { findInstalls } from '../../src/runtime/local/installs.ts';
import { makeTestImage } from './dockerImage.ts';
import { skip } from './skip.ts';

/** The engine to test with. Skips where there is none that can be used. */
export const needContainers = async (context: Context): Promise<ContainerEngine> => {
  // The set-up knows best why it could not start one.
  const { CITUS_TEST_NO_CONTAINERS: reason } = process.env;
  if (reason !== undefined) return skip(context, reason);
  const engine = await findEngine();
  return engine.state === 'ready' ? engine : skip(context, `containers can’t be run: ${engine.message}`);
};

/** The engine to test with, where `testImage` can be made. Skips elsewhere. */
export const needImage = async (context: Context): Promise<ContainerEngine> => {
  const engine = await needContainers(context);
  const [install] = await findInstalls('');
  const needed = ['pg_config', 'pg_basebackup'].map((name) => path.join(install?.binDirectory ?? '', name));
  const isWhole = await Promise.all(needed.map((file) => access(file))).then(
    () => true,
    () => false,
  );
  return isWhole
    ? engine
    : skip(context, 'an image for containers needs a whole PostgreSQL, which is not installed');
};

let image: Promise<string> | undefined;

/** Name of an image with this machine's PostgreSQL, and its Citus where it has it. Call after `needImage`. */
export const testImage = (): Promise<string> =>
  (image ??= findEngine().then((engine) => {
    if (engine.state !== 'ready') throw new Error(engine.message);
    return makeTestImage(engine.program);
  }));

/** Runs the engine's command line. @returns what it printed, line by line */
export const engineSays = async (program: string, ...args: string[]): Promise<string[]> => {
  const { stdout } = await promisify(execFile)(program, args);
  return stdout.split('\n').filter((line) => line !== '');
};

/** The first of these ports of loopback, from one on, that are all free. */
export const freePorts = async (first: number, count: number): Promise<number> => {
  const ports = Array.from({ length: count }, (_, index) => first + index);
  const free = await Promise.all(ports.map(isPortFree));
  return free.every(Boolean) ? first : await freePorts(first + count, count);
};
