import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import * as v from 'valibot';
import { makeTestDirectory, removeTestDirectory } from '../support/clusters.ts';

const root = path.join(import.meta.dirname, '../..');

const Report = v.object({
  reused: v.boolean(),
  provisioningSeconds: v.nullable(v.number()),
  runtime: v.object({ kind: v.string() }),
  postgres: v.string(),
  sharding: v.object({ by: v.string(), version: v.string() }),
  nodes: v.array(
    v.object({
      name: v.string(),
      role: v.string(),
      port: v.number(),
      state: v.string(),
      streaming: v.optional(v.boolean()),
    }),
  ),
  statements: v.array(
    v.object({
      node: v.string(),
      role: v.string(),
      sql: v.string(),
      rows: v.array(v.array(v.nullable(v.string()))),
      milliseconds: v.number(),
    }),
  ),
});

describe('npm start without an editor', function () {
  this.timeout(120_000);
  let directory: string;

  before(async () => {
    directory = await makeTestDirectory();
  });
  after(async () => {
    await removeTestDirectory(directory);
  });

  const start = async (...args: string[]): Promise<string> => {
    const command = ['--import', 'tsx', 'src/cli/start.ts', '--no-editor', '--directory', directory, ...args];
    // Where there is no Citus it would be had in Docker, whose image can't be pulled here.
    const env = { ...process.env, DOCKER_HOST: 'unix:///dev/null' };
    return (await promisify(execFile)(process.execPath, command, { cwd: root, env })).stdout;
  };

  it('provisions, runs the sample on both coordinators, and reports as JSON', async () => {
    const report = v.parse(Report, JSON.parse(await start('--json')));
    assert.equal(report.reused, false);
    assert.ok(report.provisioningSeconds !== null);
    assert.deepEqual(
      report.nodes.map(({ name, role, state }) => [name, role, state]),
      [
        ['coordinator1', 'primary', 'running'],
        ['coordinator2', 'standby', 'running'],
        ['worker1', 'worker', 'running'],
        ['worker2', 'worker', 'running'],
      ],
    );
    assert.equal(report.nodes[1]?.streaming, true);
    const reads = report.statements.filter(({ sql }) => sql.includes('id < 8'));
    assert.deepEqual(
      reads.map(({ node, rows }) => [node, rows.slice(0, 4).map(([, data]) => data)]),
      [
        ['coordinator2', ['10', '20', '30', '40']],
        ['coordinator1', ['20', '40', '60', '40']],
        ['coordinator2', ['20', '40', '60', '40']],
      ],
    );
    const update = report.statements.find(({ sql }) => sql.includes('UPDATE'));
    assert.deepEqual([update?.node, update?.rows], ['coordinator2', [['t', 'UPDATE 3']]]);
  });

  it('uses the cluster again, and prints tables', async () => {
    const text = await start();
    assert.match(text, /coordinator2 │ standby/);
    assert.match(text, /coordinator1 \(primary\)> SELECT \* FROM sample/);
    assert.equal(v.parse(Report, JSON.parse(await start('--json'))).reused, true);
  });

  it('destroys it', async () => {
    await start('--destroy');
    await assert.rejects(start('--json', '--sample', 'no/such/file.sql'), /no such file/);
  });
});
