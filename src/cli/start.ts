import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ClusterService, Progress } from '../cluster/clusters.ts';
import { defaultDirectory, downloadDirectory } from '../cluster/defaultDirectory.ts';
import { ClusterError } from '../cluster/errors.ts';
import type { Cluster } from '../cluster/model.ts';
import { platformKey } from '../cluster/provision/platform.ts';
import { type Proposal, toRequest } from '../cluster/provision/request.ts';
import { noSecretStore } from '../cluster/secrets.ts';
import { createClusterService } from '../cluster/service.ts';
import type { ClusterStatus } from '../cluster/status.ts';
import { ServerError } from '../postgres/errors.ts';
import { NPM_REGISTRY } from '../runtime/local/download/packages.ts';
import { localMachine } from '../runtime/local/localMachine.ts';
import { runSample, type SampleResult } from './sample.ts';
import { formatTable } from './table.ts';

/**
 * `npm start`: makes or reuses the cluster `demo`, runs the sample on it, and prints what came of it.
 * Progress goes to standard error, results to standard output.
 */
const NAME = 'demo';
const DEFAULT_IMAGE = 'citusdata/citus:13.0';
const MEMORY_MEGABYTES = 1024;

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      destroy: { type: 'boolean', default: false },
      // For the script that opens the editor afterwards; here there is none.
      'no-editor': { type: 'boolean', default: false },
      directory: { type: 'string', default: defaultDirectory() },
      /** What the servers are made of; the best that there is unless told. */
      runtime: { type: 'string' },
      sharding: { type: 'string' },
      'bin-directory': { type: 'string', default: '' },
      image: { type: 'string', default: DEFAULT_IMAGE },
      sample: { type: 'string', default: path.join(process.cwd(), 'resources', 'sample.sql') },
    },
  });
  const service = createClusterService({
    machine: localMachine,
    secretStore: noSecretStore,
    settings: () => ({
      binDirectory: values['bin-directory'],
      directory: values.directory,
      osUser: 'postgres',
      download: { folder: downloadDirectory(defaultDirectory()), registry: NPM_REGISTRY },
      image: values.image,
      memoryMegabytes: MEMORY_MEGABYTES,
    }),
    resources: path.join(process.cwd(), 'resources'),
    onProblem: (error) => {
      say(inWords(error));
    },
  });
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      stop.abort();
    });
  try {
    if (values.destroy) await destroy(service);
    else await provisionAndRun(service, values, stop.signal);
  } finally {
    await service.close();
  }
};

const provisionAndRun = async (
  service: ClusterService,
  { sample: sampleFile, json, ...wanted }: { sample: string; json: boolean } & WantedPlatform,
  signal: AbortSignal,
): Promise<void> => {
  const sample = await readFile(sampleFile, 'utf8');
  const begun = performance.now();
  const existing = (await service.list()).find(({ name }) => name === NAME);
  const cluster =
    existing ?? (await service.provision(toRequest(await proposal(service, wanted)), { signal, onProgress }));
  if (existing) await service.start(existing, existing.nodes, { signal });
  const seconds = Math.round((performance.now() - begun) / 10) / 100;
  say(
    existing
      ? `Cluster “${NAME}” is there already: ${cluster.folder}`
      : `Provisioned “${NAME}” in ${seconds} s.`,
  );

  const results = await runSample(service, cluster, sample);
  const status = await service.status(cluster, { patiently: true });
  process.stdout.write(
    json
      ? `${JSON.stringify(report(cluster, status, results, seconds, existing !== undefined), undefined, 2)}\n`
      : tables(cluster, status, results),
  );
};

interface WantedPlatform {
  readonly runtime?: string | undefined;
  readonly sharding?: string | undefined;
}

/** @throws ClusterError `no-platform` where this machine has nothing of what is wanted */
const proposal = async (
  service: ClusterService,
  { runtime, sharding }: WantedPlatform,
): Promise<Proposal> => {
  const proposed = await service.propose({ name: NAME });
  const platform = proposed.platforms.find(
    (each) => (runtime ?? each.kind) === each.kind && (sharding ?? each.sharding) === each.sharding,
  );
  if (platform) return { ...proposed, platform };
  const [obstacle] = proposed.obstacles;
  throw new ClusterError(
    'no-platform',
    obstacle?.message ?? `This machine has no ${[sharding, runtime].filter(Boolean).join(' with ')}.`,
    { searched: proposed.platforms.map(platformKey) },
    obstacle && { nextStep: obstacle.nextStep },
  );
};

const destroy = async (service: ClusterService): Promise<void> => {
  const cluster = (await service.list()).find(({ name }) => name === NAME);
  if (cluster === undefined) {
    say(`There is no cluster “${NAME}”.`);
    return;
  }
  const stayed = await service.destroy(cluster);
  say(`Cluster “${NAME}” is gone.`);
  if (stayed.length > 0) say(`These are not ours and stayed in ${cluster.folder}: ${stayed.join(', ')}`);
};

const onProgress = ({ running, done, total }: Progress): void => {
  say(`[${done}/${total}] ${running.join(' · ')}`);
};

const report = (
  cluster: Cluster,
  status: ClusterStatus,
  results: readonly SampleResult[],
  seconds: number,
  reused: boolean,
): object => ({
  cluster: cluster.name,
  folder: cluster.folder,
  runtime: cluster.runtime,
  postgres: cluster.postgresVersion,
  sharding: { by: cluster.sharding, version: cluster.shardingVersion },
  reused,
  provisioningSeconds: reused ? null : seconds,
  nodes: cluster.nodes.map(({ name, kind, host, port }) => {
    const { state, role, streaming, lagBytes, shardCount } = status.get(name) ?? { state: 'stopped' };
    return { name, role: role ?? kind, host, port, state, streaming, lagBytes, shards: shardCount };
  }),
  statements: results,
});

const tables = (cluster: Cluster, status: ClusterStatus, results: readonly SampleResult[]): string => {
  const nodes = cluster.nodes.map(({ name, kind, host, port }) => {
    const node = status.get(name);
    const lag = node?.lagBytes === undefined ? null : `${node.lagBytes} B`;
    return [name, node?.role ?? kind, `${host}:${port}`, node?.state ?? null, lag];
  });
  const blocks = results.map(({ node, role, sql, commandTag, columns, rows, milliseconds }) =>
    [
      `${node} (${role})> ${sql}`,
      ...(columns.length > 0 ? [formatTable(columns, rows)] : []),
      `${commandTag}, ${milliseconds} ms`,
    ].join('\n'),
  );
  const made = `${cluster.name}: PostgreSQL ${cluster.postgresVersion}, tables spread by ${cluster.sharding} ${cluster.shardingVersion}`;
  return `${[made, formatTable(['node', 'role', 'address', 'state', 'lag'], nodes), ...blocks].join('\n\n')}\n`;
};

const inWords = (error: unknown): string => {
  if (error instanceof ClusterError) return [error.message, error.nextStep].filter(Boolean).join('\n');
  if (error instanceof ServerError)
    return [error.message, error.detail, error.hint].filter(Boolean).join('\n');
  return error instanceof Error ? error.message : String(error);
};

main().catch((error: unknown) => {
  say(inWords(error));
  process.exitCode = 1;
});
