import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { StandbyWrites } from '../../../src/contract/settings.ts';
import type { DirectWrites, Reach } from '../../../src/sharding/sharding.ts';
import { classify } from '../../../src/sql/classify/classify.ts';
import type { NotPlanned, StatementEffect, Whereabouts } from '../../../src/sql/where/whereabouts.ts';
import { type Sender, whereAtLength, whereInShort } from '../../../src/sql/where/words.ts';

/** Never asked here: that a standby can write to shards at all is what matters. */
const directWrites: DirectWrites = {
  allow: () => Promise.resolve(),
  withdraw: () => Promise.resolve(),
  isPossible: () => Promise.resolve(true),
  holdPlaces: () => Promise.resolve(),
  agreesOnPlaces: () => Promise.resolve(true),
};

const sender = (role: string, standbyWrites: StandbyWrites = 'ask', ways = { directWrites }): Sender => ({
  role,
  nodeName: 'coordinator2',
  standbyWrites,
  ways,
  nameOf: ({ nodePort }) => `worker${nodePort}`,
});

const shards = (...workers: number[]): Reach => ({
  kind: 'shards',
  tasks: workers.length,
  coordinatorToo: false,
  on: workers.map((nodePort, index) => ({ nodeHost: 'x', nodePort, relations: [`sample_${index}`] })),
});

const where = async (
  sql: string,
  effect: StatementEffect,
  reach?: Reach,
  notPlanned?: NotPlanned,
): Promise<Whereabouts> => ({
  statement: await classify(sql),
  effect,
  ...(reach && { reach }),
  ...(notPlanned && { notPlanned }),
});

describe('the words for where statements run', () => {
  it('say it in short', async () => {
    for (const [reach, expected] of [
      [shards(1), 'one shard · worker1'],
      [shards(1, 2, 1, 2), '4 shards on 2 workers'],
      [shards(2, 2), '2 shards · worker2'],
      [{ kind: 'coordinator' }, 'coordinator only'],
      [{ kind: 'shards', tasks: 200, coordinatorToo: false }, '200 shards'],
      [{ kind: 'shards', tasks: 8, coordinatorToo: true }, '8 shards and the coordinator'],
      [{ kind: 'shards', tasks: 0, coordinatorToo: true }, 'shards by way of the coordinator'],
      [{ kind: 'shards', tasks: 12, coordinatorToo: false, repartition: true }, 'repartition, 12 tasks'],
      [undefined, undefined],
    ] as const) {
      assert.equal(whereInShort(await where('SELECT 1', 'read', reach), sender('primary')), expected);
    }
  });

  it('say of writes what becomes of them on a standby', async () => {
    const update = 'UPDATE sample SET data = 1';
    const one = await where(`${update} WHERE id = 1`, 'one-shard write', shards(1));
    const many = await where(update, 'multi-shard write', shards(1, 2));
    const asked = 'a standby can’t: you will be asked';
    const routed = 'a standby can’t: goes to the primary';
    for (const [found, role, policy, expected] of [
      [one, 'primary', 'ask', 'writes one shard · worker1'],
      [one, 'standby', 'ask', `writes one shard · worker1 · ${asked}`],
      [one, 'standby', 'direct', 'writes one shard · worker1 · from this standby, if that is safe'],
      [one, 'standby', 'route', `writes one shard · worker1 · ${routed}`],
      [many, 'standby', 'direct', `writes 2 shards on 2 workers · ${asked}`],
      [many, 'standby', 'route', `writes 2 shards on 2 workers · ${routed}`],
      [many, 'standby', 'refuse', 'writes 2 shards on 2 workers · a standby refuses'],
      [await where('DO $$x$$', 'may write'), 'standby', 'route', `may write: known when it runs · ${asked}`],
      [await where('CREATE TABLE t ()', 'ddl'), 'standby', 'route', `changes definitions · ${routed}`],
      [await where('CREATE TEMP TABLE t ()', 'ddl'), 'standby', 'route', `changes definitions · ${asked}`],
      [await where('COMMIT', 'transaction'), 'standby', 'route', undefined],
    ] as const) {
      assert.equal(whereInShort(found, sender(role, policy)), expected);
    }
  });

  it('say that writes go to the primary where a standby can never write', async () => {
    const found = await where('DELETE FROM t', 'multi-shard write', shards(1, 2));
    assert.match(whereInShort(found, { ...sender('standby', 'ask'), ways: {} })!, /goes to the primary$/);
  });

  it('name shards and nodes at length', async () => {
    const found = await where('DELETE FROM sample', 'multi-shard write', shards(2, 1, 2));
    assert.deepEqual(whereAtLength(found, sender('standby', 'route')), [
      'Writes more than one shard, all or nothing: the nodes commit it in two phases.',
      '3 tasks on shards.',
      'worker1: sample_1',
      'worker2: sample_0, sample_2',
      'coordinator2 is a standby and takes no such write: it runs on the primary coordinator (citus.standbyWrites is “route”).',
    ]);
  });

  it('say why it isn’t known', async () => {
    const message = 'relation "t" does not exist';
    const failed = await where('DELETE FROM t', 'local write', undefined, { because: 'error', message });
    assert.equal(whereInShort(failed, sender('standby')), undefined);
    assert.deepEqual(whereAtLength(failed, sender('standby')), [`Where it runs is not known: ${message}`]);
    const parameters = { because: 'parameters', message: 'It depends on $1.' } as const;
    const open = await where('SELECT $1', 'read', undefined, parameters);
    assert.equal(whereInShort(open, sender('primary')), 'depends on $1');
    const effect = { because: 'effect', message: 'It draws.' } as const;
    const drawing = await where('INSERT INTO t VALUES (1)', 'one-shard write', undefined, effect);
    assert.equal(whereInShort(drawing, sender('primary')), 'writes one shard');
    assert.match(whereAtLength(drawing, sender('primary')).join(' '), /not known: It draws/);
  });
});
