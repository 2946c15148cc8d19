import type { ServerVersions } from '../postgres/install.ts';
import type { RuntimeProblem } from './runtime.ts';

/** A program that runs containers, ready to be used. */
export interface ContainerEngine {
  readonly kind: 'docker' | 'podman';
  /** Full path of its command line. */
  readonly program: string;
  /** Version of the engine, `28.2.2`. */
  readonly version: string;
}

/** What can run containers on a machine. */
export interface Containers {
  /** Finds an engine that can be used right now; says why not, where there is one that can't. */
  findEngine(): Promise<ContainerEngine | RuntimeProblem | undefined>;
  /**
   * What an image of this machine holds.
   * @returns undefined where there is no such image on this machine
   * @throws ClusterError `bad-image` where there is no PostgreSQL in it
   */
  inspectImage(engine: ContainerEngine, image: string): Promise<ServerVersions | undefined>;
  /** @throws ClusterError `no-image` where it can't be had; the signal's reason when it is aborted */
  pullImage(
    engine: ContainerEngine,
    image: string,
    options: {
      readonly signal?: AbortSignal;
      /** Called with numbers of layers. */
      readonly onProgress?: (done: number, total: number) => void;
    },
  ): Promise<void>;
}
