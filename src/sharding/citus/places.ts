import * as v from 'valibot';
import type { Session } from '../../postgres/session.ts';

/** A digest of where all shards are, as a node's own metadata has it: the same on nodes that agree. */
export const digestOfPlaces = async (session: Session): Promise<string> => {
  const [row] = await session.query(
    v.object({ digest: v.string() }),
    `SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg(p.shardid || '@' || n.nodename || ':' || n.nodeport, ','
       ORDER BY p.shardid, n.nodename, n.nodeport), '')) AS digest
     FROM pg_catalog.pg_dist_placement p JOIN pg_catalog.pg_dist_node n USING (groupid) WHERE n.noderole = 'primary'`,
  );
  return row?.digest ?? '';
};
