import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { format, resolveConfig } from 'prettier';
import * as v from 'valibot';
import type { ClusterService } from '../../src/cluster/clusters.ts';
import type { Cluster } from '../../src/cluster/model.ts';
import { catchUp } from '../../src/cluster/replication.ts';
import type { StandbyWrites } from '../../src/contract/settings.ts';
import { connect, type Session } from '../../src/postgres/session.ts';
import { waitUntil } from '../../src/postgres/waitUntil.ts';
import { FileSession } from '../../src/sql/run/fileSession.ts';
import type { SqlRun } from '../../src/sql/run/run.ts';
import { clusterTarget } from '../../src/sql/run/target.ts';
import { nodeNamed, onNode, provisionTestCluster } from '../support/clusters.ts';
import { newRun } from '../support/sql.ts';

/** The rows of a table, by id; the tables that hold a statement's work. */
type Rows = ReadonlyMap<number, number>;
type State = Readonly<Record<'sample' | 'reference' | 'plain' | 'managed' | 'emptied', Rows>> & {
  /** Tables that DDL made. */
  readonly made: readonly string[];
};

/** A kind of statement: what a file has, and what its tables hold when it has been done once. */
interface Kind {
  readonly title: string;
  /** @param id one that no row has yet; the next two are free, too */
  readonly sql: (id: number) => string;
  readonly after: (state: State, id: number) => State;
}

const same = (state: State): State => state;
const changed = (rows: Rows, ids: (id: number) => boolean, data: (data: number) => number): Rows =>
  new Map([...rows].map(([id, old]) => [id, ids(id) ? data(old) : old]));
const added = (rows: Rows, ...ids: number[]): Rows =>
  new Map([...rows, ...ids.map((id) => [id, 0] as const)]);
const plusOne = (data: number): number => data + 1;
const sample = (state: State, rows: Rows): State => ({ ...state, sample: rows });

const KINDS: readonly Kind[] = [
  { title: 'read, one shard', sql: () => 'SELECT data FROM sample WHERE id = 3', after: same },
  { title: 'read, all shards', sql: () => 'SELECT sum(data) FROM sample', after: same },
  {
    title: 'write, one shard',
    sql: () => 'UPDATE sample SET data = data + 1 WHERE id = 3',
    after: (state) =>
      sample(
        state,
        changed(state.sample, (id) => id === 3, plusOne),
      ),
  },
  {
    title: 'write, several shards (`UPDATE sample SET data = data*2 WHERE id < 4`)',
    sql: () => 'UPDATE sample SET data = data*2 WHERE id < 4',
    after: (state) =>
      sample(
        state,
        changed(
          state.sample,
          (id) => id < 4,
          (data) => data * 2,
        ),
      ),
  },
  {
    title: 'insert of several rows',
    sql: (id) => `INSERT INTO sample VALUES (${id}, 0), (${id + 1}, 0), (${id + 2}, 0)`,
    after: (state, id) => sample(state, added(state.sample, id, id + 1, id + 2)),
  },
  {
    title: 'write to a reference table',
    sql: () => 'UPDATE reference SET data = data + 1 WHERE id = 1',
    after: (state) => ({ ...state, reference: changed(state.reference, (id) => id === 1, plusOne) }),
  },
  {
    title: 'write to a local table',
    sql: () => 'UPDATE plain SET data = data + 1 WHERE id = 1',
    after: (state) => ({ ...state, plain: changed(state.plain, (id) => id === 1, plusOne) }),
  },
  {
    title: 'write to a local table that Citus manages',
    sql: () => 'UPDATE managed SET data = data + 1 WHERE id = 1',
    after: (state) => ({ ...state, managed: changed(state.managed, (id) => id === 1, plusOne) }),
  },
  {
    title: 'DDL',
    sql: (id) => `CREATE TABLE made_${id} (id int)`,
    after: (state, id) => ({ ...state, made: [...state.made, `made_${id}`] }),
  },
  {
    title: 'TRUNCATE',
    sql: () => 'TRUNCATE emptied',
    after: (state) => ({ ...state, emptied: new Map() }),
  },
  {
    title: 'COPY FROM',
    sql: (id) => `COPY sample FROM PROGRAM 'printf "${id},0\\n${id + 1},0\\n"' WITH (FORMAT csv)`,
    after: (state, id) => sample(state, added(state.sample, id, id + 1)),
  },
  {
    title: 'COPY FROM STDIN, rows in the file',
    sql: (id) => `COPY sample FROM STDIN WITH (FORMAT csv);\n${id},0\n${id + 1},0\n\\.\n`,
    after: (state, id) => sample(state, added(state.sample, id, id + 1)),
  },
  {
    title: '`\\copy … FROM`',
    sql: (id) => `\\copy sample FROM STDIN WITH (FORMAT csv)\n${id},0\n${id + 1},0\n\\.\n`,
    after: (state, id) => sample(state, added(state.sample, id, id + 1)),
  },
  {
    title: '`\\gexec`',
    sql: () => `SELECT 'UPDATE sample SET data = data + 1 WHERE id = 3' \\gexec`,
    after: (state) =>
      sample(
        state,
        changed(state.sample, (id) => id === 3, plusOne),
      ),
  },
  {
    title: 'prepared statement (EXECUTE)',
    sql: () => 'PREPARE p AS UPDATE sample SET data = data + 1 WHERE id = 3; EXECUTE p',
    after: (state) =>
      sample(
        state,
        changed(state.sample, (id) => id === 3, plusOne),
      ),
  },
  {
    title: 'write, one shard, RETURNING',
    sql: () => 'UPDATE sample SET data = data + 1 WHERE id = 3 RETURNING data',
    after: (state) =>
      sample(
        state,
        changed(state.sample, (id) => id === 3, plusOne),
      ),
  },
  {
    title: 'CTE that writes',
    sql: () =>
      'WITH written AS (UPDATE sample SET data = data + 1 WHERE id < 3 RETURNING id) SELECT count(*) FROM written',
    after: (state) =>
      sample(
        state,
        changed(state.sample, (id) => id < 3, plusOne),
      ),
  },
  {
    title: 'function that writes',
    sql: () => 'SELECT add_one()',
    after: (state) =>
      sample(
        state,
        changed(state.sample, (id) => id < 3, plusOne),
      ),
  },
  {
    title: 'block that writes (DO)',
    sql: () => 'DO $$ BEGIN UPDATE sample SET data = data + 1 WHERE id < 3; END $$',
    after: (state) =>
      sample(
        state,
        changed(state.sample, (id) => id < 3, plusOne),
      ),
  },
  {
    title: 'procedure that writes (CALL)',
    sql: () => 'CALL add_one_by_call()',
    after: (state) =>
      sample(
        state,
        changed(state.sample, (id) => id < 3, plusOne),
      ),
  },
  {
    title: 'transaction over two workers',
    sql: () =>
      `BEGIN; UPDATE sample SET data = data + 1 WHERE id = 2; UPDATE sample SET data = data - 1 WHERE id = 5; COMMIT`,
    after: (state) =>
      sample(
        state,
        changed(
          changed(state.sample, (id) => id === 2, plusOne),
          (id) => id === 5,
          (data) => data - 1,
        ),
      ),
  },
];

const SITUATIONS = ['primary up', 'primary down', 'standby lags', 'shard moves'] as const;
type Situation = (typeof SITUATIONS)[number];

const document = path.join(import.meta.dirname, '../../docs/write-matrix.md');

/** Each kind of statement by way of a standby coordinator, in each situation: no write is lost, doubled or half done. */
describe('writes by way of a standby', function () {
  this.timeout(90_000);
  let service: ClusterService;
  let cluster: Cluster;
  let remove: (() => Promise<void>) | undefined;
  let state: State;
  let nextId = 1000;
  const sessions = new Map<string, Session>();
  /** What happened: by kind, then by situation and policy. */
  const outcomes = new Map<string, Map<string, string>>();

  const session = async (name: string): Promise<Session> => {
    const open = sessions.get(name);
    if (open && !open.closed) return open;
    const credentials = await service.credentials(cluster, nodeNamed(cluster, name));
    const opened = await connect(credentials, { applicationName: 'test' });
    sessions.set(name, opened);
    return opened;
  };

  before(async function () {
    ({ service, cluster, remove } = await provisionTestCluster(this, { name: 'matrix' }));
    await onNode(service, cluster, 'coordinator1', async (primary) => {
      for (const sql of [
        'CREATE TABLE sample (id int PRIMARY KEY, data int)',
        `SELECT create_distributed_table('sample', 'id', shard_count => 4)`,
        'INSERT INTO sample SELECT i, i FROM generate_series(1, 8) i',
        'CREATE TABLE emptied (id int PRIMARY KEY, data int)',
        `SELECT create_distributed_table('emptied', 'id', shard_count => 4, colocate_with => 'none')`,
        'CREATE TABLE reference (id int PRIMARY KEY, data int)',
        `SELECT create_reference_table('reference')`,
        'INSERT INTO reference VALUES (1, 1)',
        'CREATE TABLE plain (id int PRIMARY KEY, data int)',
        'INSERT INTO plain VALUES (1, 1)',
        'CREATE TABLE managed (id int PRIMARY KEY, data int)',
        `SELECT citus_add_local_table_to_metadata('managed')`,
        'INSERT INTO managed VALUES (1, 1)',
        'CREATE TABLE noise (at timestamptz)',
        `CREATE FUNCTION add_one() RETURNS void LANGUAGE plpgsql AS $$
           BEGIN UPDATE sample SET data = data + 1 WHERE id < 3; END $$`,
        `CREATE PROCEDURE add_one_by_call() LANGUAGE plpgsql AS $$
           BEGIN UPDATE sample SET data = data + 1 WHERE id < 3; END $$`,
      ]) {
        await primary.run(sql);
      }
      await catchUp(primary, 'coordinator2');
    });
    const one = new Map([[1, 1]]);
    const eight = new Map([1, 2, 3, 4, 5, 6, 7, 8].map((id) => [id, id]));
    state = { sample: eight, reference: one, plain: one, managed: one, emptied: new Map(), made: [] };
  });
  after(async () => {
    for (const open of sessions.values()) await open.close();
    await remove?.();
  });

  it('has rows 2 and 5 on different workers', async () => {
    const rows = await (
      await session('coordinator1')
    ).query(
      v.object({ nodes: v.number() }),
      `SELECT count(DISTINCT groupid)::int AS nodes FROM pg_dist_placement
       WHERE shardid IN (get_shard_id_for_distribution_column('sample', 2), get_shard_id_for_distribution_column('sample', 5))`,
    );
    assert.deepEqual(rows, [{ nodes: 2 }]);
  });

  /** What every placement of a distributed or reference table holds, read on the placement itself: each must agree. */
  const placed = async (table: string, from: string): Promise<Rows> => {
    const shards = await (
      await session(from)
    ).query(
      v.object({ id: v.string(), port: v.number() }),
      `SELECT s.shardid::text AS id, n.nodeport AS port FROM pg_dist_shard s JOIN pg_dist_placement p USING (shardid)
       JOIN pg_dist_node n USING (groupid) WHERE s.logicalrelid = $1::regclass AND n.noderole = 'primary'`,
      [table],
    );
    const rows = new Map<number, number>();
    const copies = new Map<string, string>();
    for (const { id, port } of shards) {
      const node = cluster.nodes.find((each) => each.port === port)!;
      if (node.kind === 'coordinator' && from !== 'coordinator1') continue;
      const found = await (
        await session(node.name)
      ).query(Row, `SELECT id, data FROM ${table}_${id} ORDER BY id`);
      assert.equal(
        copies.get(id) ?? JSON.stringify(found),
        JSON.stringify(found),
        `copies of ${table}_${id}`,
      );
      copies.set(id, JSON.stringify(found));
      for (const row of found) rows.set(row.id, row.data);
    }
    return new Map([...rows].sort(([one], [other]) => one - other));
  };
  const local = async (table: string, from: string): Promise<Rows> => {
    const rows = await (await session(from)).query(Row, `SELECT id, data FROM ${table} ORDER BY id`);
    return new Map(rows.map(({ id, data }) => [id, data]));
  };
  const look = async (situation: Situation): Promise<State> => {
    const down = situation === 'primary down';
    const [metadata, own] = down ? ['worker1', 'coordinator2'] : ['coordinator1', 'coordinator1'];
    const made = await (
      await session(own)
    ).query(
      v.object({ name: v.string() }),
      `SELECT relname::text AS name FROM pg_class WHERE relname LIKE 'made\\_%' ORDER BY relname`,
    );
    const managed = await (
      await session(own)
    ).query(
      v.object({ shard: v.string() }),
      `SELECT shard_name(logicalrelid, shardid) AS shard FROM pg_dist_shard WHERE logicalrelid = 'managed'::regclass`,
    );
    return {
      sample: await placed('sample', metadata),
      emptied: await placed('emptied', metadata),
      reference: await placed('reference', metadata),
      plain: await local('plain', own),
      managed: await local(managed[0]!.shard, own),
      made: made.map(({ name }) => name),
    };
  };

  /** Fills the table that TRUNCATE empties: by way of a worker, which can in every situation. */
  const refill = async (): Promise<void> => {
    await (
      await session('worker1')
    ).run('INSERT INTO emptied VALUES (1, 1), (2, 2), (3, 3) ON CONFLICT DO NOTHING');
    state = { ...state, emptied: new Map([1, 2, 3].map((id) => [id, id])) };
  };

  const run = async (
    sql: string,
    policy: StandbyWrites,
    whileRunning: (ended: () => boolean) => Promise<void>,
  ): Promise<SqlRun> => {
    const target = clusterTarget(service, cluster, nodeNamed(cluster, 'coordinator2'));
    const file = new FileSession(target, 'matrix.sql');
    try {
      const running = newRun(file, target, sql, undefined, { standbyWrites: policy });
      let ended = false;
      const end = running.run().finally(() => (ended = true));
      await whileRunning(() => ended);
      await end;
      return running;
    } finally {
      await file.close();
    }
  };

  /** Where a run's last statement was done, or that it wasn't. */
  const outcomeOf = ({ view }: SqlRun): string => {
    if (view.statements.some(({ state }) => state !== 'done')) return 'refused';
    const { node, role } = view.statements.at(-1)!.target;
    return role === 'worker' ? 'worker' : node === 'coordinator1' ? 'primary' : 'here';
  };

  const cell = async (
    kind: Kind,
    situation: Situation,
    policy: StandbyWrites,
    whileRunning: (ended: () => boolean) => Promise<void> = () => Promise.resolve(),
  ): Promise<string> => {
    const id = (nextId += 10);
    const running = await run(kind.sql(id), policy, whileRunning);
    const outcome = outcomeOf(running);
    if (outcome !== 'refused') state = kind.after(state, id);
    assert.deepEqual(await look(situation), state, `${kind.title}, ${situation}, ${policy}: ${outcome}`);
    return outcome;
  };
  const note = (kind: Kind, column: string, outcome: string): void => {
    const row = outcomes.get(kind.title) ?? new Map<string, string>();
    outcomes.set(kind.title, row.set(column, outcome));
  };
  const column = async (situation: Situation, policy: StandbyWrites): Promise<void> => {
    for (const kind of KINDS) {
      await refill();
      note(kind, `${situation}, ${policy}`, await cell(kind, situation, policy));
    }
  };

  for (const policy of ['route', 'direct'] as const) {
    it(`primary up, ${policy}`, () => column('primary up', policy));

    it(`primary down, ${policy}`, async () => {
      const primary = nodeNamed(cluster, 'coordinator1');
      await onNode(service, cluster, 'coordinator1', (open) => catchUp(open, 'coordinator2'));
      await service.stop(cluster, [primary]);
      try {
        await column('primary down', policy);
      } finally {
        await service.start(cluster, [primary]);
      }
    });

    it(`standby lags, ${policy}`, async () => {
      await (await session('coordinator2')).run('SELECT pg_wal_replay_pause()');
      try {
        await (await session('coordinator1')).run('INSERT INTO noise VALUES (now())');
        await column('standby lags', policy);
      } finally {
        await (await session('coordinator2')).run('SELECT pg_wal_replay_resume()');
      }
    });

    it(`shard moves, ${policy}`, async () => {
      for (const kind of KINDS) {
        await refill();
        await onNode(service, cluster, 'coordinator1', async (mover) => {
          await mover.run('BEGIN');
          await mover.run(MOVE);
          await catchUp(mover, 'coordinator2');
          const outcome = await cell(kind, 'shard moves', policy, async (ended) => {
            // What waits for the move's locks on the primary goes on when the move has ended; a direct write gives up.
            const stuck = async (): Promise<boolean> => ended() || (policy === 'route' && (await anyWaits()));
            assert.ok(await waitUntil(stuck, { deadlineMs: 20_000 }), 'it neither ends nor waits');
            await mover.run('COMMIT');
          });
          note(kind, `shard moves, ${policy}`, outcome);
          await mover.run('CALL citus_cleanup_orphaned_resources()');
        });
      }
      await onNode(service, cluster, 'coordinator1', (open) => catchUp(open, 'coordinator2'));
    });
  }

  it('asked or refused, nothing is written in any situation', async () => {
    for (const policy of ['ask', 'refuse'] as const) {
      for (const kind of KINDS) {
        const outcome = await cell(kind, 'primary up', policy);
        assert.equal(outcome, kind.after === same ? 'here' : 'refused', `${kind.title}, ${policy}`);
      }
    }
  });

  it('touches only the shards that it must: those of the keys, where they are named', async () => {
    const tasks = async (sql: string): Promise<number> => {
      const primary = await session('coordinator1');
      await primary.run('BEGIN READ ONLY');
      const reach = await service.sharding(cluster).reach(primary, sql);
      await primary.run('ROLLBACK');
      return reach.kind === 'shards' ? reach.tasks : 0;
    };
    assert.equal(await tasks('UPDATE sample SET data = data*2 WHERE id = 3'), 1);
    const keys = await (
      await session('coordinator1')
    ).query(
      v.object({ shards: v.number() }),
      `SELECT count(DISTINCT get_shard_id_for_distribution_column('sample', id))::int AS shards FROM generate_series(1, 3) id`,
    );
    assert.equal(await tasks('UPDATE sample SET data = data*2 WHERE id IN (1, 2, 3)'), keys[0]!.shards);
    // A range says nothing about hashes, so each shard has to be asked.
    assert.equal(await tasks('UPDATE sample SET data = data*2 WHERE id < 4'), 4);
  });

  it('does what docs/write-matrix.md says', async () => {
    const style = await resolveConfig(document);
    const page = await format(pageOf(outcomes), { ...style, parser: 'markdown' });
    if (process.env['WRITE_MATRIX'] === 'update') {
      await mkdir(path.dirname(document), { recursive: true });
      await writeFile(document, page);
    }
    assert.equal(await readFile(document, 'utf8'), page, 'WRITE_MATRIX=update writes it anew');
  });

  const anyWaits = async (): Promise<boolean> => {
    for (const name of ['coordinator1', 'worker1', 'worker2']) {
      const rows = await (
        await session(name)
      ).query(
        v.object({ waits: v.boolean() }),
        'SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted) AS waits',
      );
      if (rows[0]?.waits) return true;
    }
    return false;
  };
});

const Row = v.object({ id: v.number(), data: v.number() });

/** Moves the shard of row 3 to the worker that it isn't on. */
const MOVE = `
  SELECT citus_move_shard_placement(p.shardid, here.nodename, here.nodeport, there.nodename, there.nodeport,
                                    'block_writes')
  FROM pg_dist_placement p JOIN pg_dist_node here USING (groupid), pg_dist_node there
  WHERE p.shardid = get_shard_id_for_distribution_column('sample', 3)
    AND there.shouldhaveshards AND there.nodeid <> here.nodeid`;

const pageOf = (outcomes: ReadonlyMap<string, ReadonlyMap<string, string>>): string => {
  const columns = SITUATIONS.flatMap((situation) => [`${situation}, route`, `${situation}, direct`]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = [...outcomes].map(([title, row]) =>
    line([title, ...columns.map((column) => row.get(column) ?? '–')]),
  );
  return `# Writes by way of a standby coordinator

What becomes of a statement in a file that is attached to a standby coordinator of a Citus cluster, without a question, by
what \`citus.standbyWrites\` says (\`route\` or \`direct\`), in four situations. After each of them every shard was read
where it lies: what is done was done once and as a whole, what is refused has changed nothing. With \`ask\` and \`refuse\`
nothing is written without a click.

- **here**: on the standby itself, which sends a write to its one shard;
- **primary**: on the primary coordinator, over a connection of its own;
- **worker**: on a worker, in the primary's place;
- **refused**: not at all; what can be done by hand is offered.

${line(['', ...columns])}
${line(['', ...columns].map(() => '---'))}
${rows.join('\n')}

While a shard moves, what writes to it on the primary waits until the move has ended; a direct write waits half a second.

\`test/integration/writeMatrix.test.ts\` makes this table and holds it against this page; with \`WRITE_MATRIX=update\` in the
environment it writes the page.
`;
};
