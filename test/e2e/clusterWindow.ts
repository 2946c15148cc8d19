import { after, before } from 'mocha';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { toRequest } from '../../src/cluster/provision/request.ts';
import type { Session } from '../../src/postgres/session.ts';
import { createTestService, needCitus, onNode, proposeTestCluster } from '../support/clusters.ts';
import { type EditorWindow, START_MS, useWindow, type WindowOptions } from './harness.ts';

export interface ClusterWindowOptions extends Pick<WindowOptions, 'files' | 'settings'> {
  /** Makes what the suite's files need, in a session on coordinator1. */
  readonly prepare?: (session: Session) => Promise<void>;
}

/** A window, and the Citus cluster that it has found; all for use in tests and hooks. */
export interface ClusterWindow {
  readonly window: () => EditorWindow;
  readonly service: () => ClusterService;
  readonly cluster: () => Cluster;
  /** Reloads the window, and waits until it shows the cluster again. */
  readonly reload: EditorWindow['reload'];
  /** Does something in a session on a node. */
  readonly onNode: <T>(node: string, use: (session: Session) => Promise<T>) => Promise<T>;
}

/**
 * Opens a window for all tests of the suite that calls it, and provisions the cluster `demo` as another program would:
 * the window finds it by itself. Both are gone after the tests. The suite is skipped where there is no Citus.
 */
export function useClusterWindow({ prepare, ...options }: ClusterWindowOptions = {}): ClusterWindow {
  let made: { readonly service: ClusterService; readonly cluster: Cluster } | undefined;
  const get = (): NonNullable<typeof made> => {
    if (made === undefined) throw new Error('The cluster is there only while tests and hooks run.');
    return made;
  };
  before(async function () {
    await needCitus(this);
  });
  // Before the window's own clean-up, which removes the folder.
  after(async () => {
    if (made) await made.service.destroy(made.cluster);
  });
  const window = useWindow(options);
  before(async () => {
    const service = createTestService(window().sandbox.clusters);
    const cluster = await service.provision(toRequest(await proposeTestCluster(service)));
    made = { service, cluster };
    if (prepare) await onNode(service, cluster, 'coordinator1', prepare);
    await window().openView();
    await window().row(/demo/).waitFor();
  });
  return {
    window,
    service: () => get().service,
    cluster: () => get().cluster,
    reload: async (reload) => {
      await window().reload(reload);
      await window().openView();
      await window().row(/demo/).waitFor({ timeout: START_MS });
    },
    onNode: (node, use) => onNode(get().service, get().cluster, node, use),
  };
}
