import type { ShardingId } from '../sharding/sharding.ts';

/** What people read of a sharding. */
interface ShardingWords {
  /** As it stands within a sentence or a list. */
  readonly name: string;
  /** Whether it lacks things that people know of Citus, and a page tells which. */
  readonly hasLimits: boolean;
}

export const SHARDING_WORDS: Readonly<Record<ShardingId, ShardingWords>> = {
  citus: { name: 'Citus', hasLimits: false },
  postgres_fdw: { name: 'built-in sharding (postgres_fdw)', hasLimits: true },
};
