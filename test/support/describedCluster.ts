import type { Cluster, ClusterNode } from '../../src/cluster/model.ts';

/** A cluster that is described only: for tests of what is made of a description. Its name is its id too. */
export const describedCluster = (name: string, nodes: ClusterNode[]): Cluster => ({
  schemaVersion: 2,
  id: name,
  name,
  status: 'ready',
  createdAt: '2024-01-01T00:00:00Z',
  sharding: 'citus',
  postgresVersion: '15.20',
  runtime: { kind: 'local', binDirectory: '/bin' },
  shardingVersion: '13.2',
  superuser: 'postgres',
  database: 'postgres',
  madeFolder: true,
  folder: `/clusters/${name}`,
  nodes,
});
