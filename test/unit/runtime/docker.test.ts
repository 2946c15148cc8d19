import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { engineProblem, type EngineReason, type Host } from '../../../src/runtime/docker/engineProblem.ts';
import { layerCount } from '../../../src/runtime/docker/layerCount.ts';
import { namesOf } from '../../../src/runtime/docker/names.ts';
import { tar } from '../../../src/runtime/docker/tar.ts';

describe('archives for containers', () => {
  const archive = tar(
    [
      { name: 'run/', mode: 0o700 },
      { name: 'passfile', mode: 0o600, content: 'ü\n' },
    ],
    { uid: 999, gid: 1001 },
  );
  const field = (block: number, offset: number, length: number): string =>
    archive.toString('utf8', block * 512 + offset, block * 512 + offset + length).replace(/\0.*$/s, '');
  const describeHeader = (block: number): string[] =>
    [
      [0, 100],
      [100, 8],
      [108, 8],
      [116, 8],
      [124, 12],
      [156, 1],
      [257, 6],
    ].map(([offset = 0, length = 0]) => field(block, offset, length));

  it('say of each entry whose it is, who may do what with it, and how large it is', () => {
    assert.deepEqual(describeHeader(0), [
      'run/',
      '0000700',
      '0001747',
      '0001751',
      '00000000000',
      '5',
      'ustar',
    ]);
    assert.deepEqual(describeHeader(1), [
      'passfile',
      '0000600',
      '0001747',
      '0001751',
      '00000000003',
      '0',
      'ustar',
    ]);
  });

  it('hold the files in whole blocks, and end with two empty ones', () => {
    assert.equal(archive.length, 5 * 512);
    assert.equal(field(2, 0, 512), 'ü\n');
    assert.ok(archive.subarray(3 * 512).every((byte) => byte === 0));
  });

  it('have sums of their headers', () => {
    for (const block of [0, 1]) {
      const header = Buffer.from(archive.subarray(block * 512, (block + 1) * 512));
      header.fill(' ', 148, 156);
      const sum = header.reduce((total, byte) => total + byte, 0);
      assert.equal(Number.parseInt(field(block, 148, 8), 8), sum);
    }
  });

  it('refuse names that don’t fit', () => {
    assert.throws(() => tar([{ name: 'x'.repeat(101), mode: 0o600 }], { uid: 1, gid: 1 }));
  });
});

describe('progress of a pull', () => {
  const read = (lines: readonly string[]): string[] => {
    const count = layerCount();
    return lines.flatMap((line) => {
      const layers = count(line);
      return layers ? [`${layers.done}/${layers.total}`] : [];
    });
  };

  it('counts Docker’s layers as they come', () => {
    const lines = [
      '13.0: Pulling from citusdata/citus',
      '655064b79fe9: Already exists',
      '9e91f1e70f42: Pulling fs layer',
      'ff784b85692d: Pulling fs layer',
      'ff784b85692d: Verifying Checksum',
      'ff784b85692d: Download complete',
      '9e91f1e70f42: Pull complete',
      'ff784b85692d: Pull complete',
      'Digest: sha256:482e53326ab8eeddc927b4afffff7ccac29a88a4aaf32cb5f42757e9cb98590d',
      'Status: Downloaded newer image for citusdata/citus:13.0',
    ];
    assert.deepEqual(read(lines), ['1/1', '1/2', '1/3', '2/3', '3/3']);
  });

  it('counts how many of Podman’s there are', () => {
    const lines = [
      'Trying to pull docker.io/citusdata/citus:13.0...',
      'Getting image source signatures',
      'Copying blob sha256:0ae34336c8d515beacf60496c298e5c3a9d4dafd460abe0a2eb8c7e2e620a947',
      'Copying blob sha256:655064b79fe9634142b0a2e6021c62b1314a3f47102e2f9941d0099a7662b26c',
      'Copying config sha256:ca6e7d469eed572acefe64b998e96ca0cd5dfc75a37460d9a8b83bd01e9cd828',
      'Writing manifest to image destination',
    ];
    assert.deepEqual(read(lines), ['0/1', '0/2']);
  });
});

describe('an engine that can’t be used', () => {
  const REASONS: EngineReason[] = [
    'absent',
    'stopped',
    'forbidden',
    'unreachable',
    'not-integrated',
    'windows-containers',
  ];
  const HOSTS: Host[] = ['linux', 'macos', 'windows', 'wsl'];

  it('has a reason and something to do about it on every kind of machine', () => {
    for (const reason of REASONS) {
      for (const host of HOSTS) {
        for (const kind of ['docker', 'podman'] as const) {
          const problem = engineProblem(kind, reason, host);
          assert.equal(problem.reason, reason);
          assert.match(problem.message, /\.$/);
          assert.ok(problem.nextStep.length > 10);
          assert.doesNotMatch(problem.message + problem.nextStep, /undefined/);
        }
      }
    }
  });

  it('is started in another way on each of them', () => {
    const steps = HOSTS.map((host) => engineProblem('docker', 'stopped', host).nextStep);
    assert.equal(new Set(steps).size, HOSTS.length);
    assert.match(engineProblem('docker', 'stopped', 'wsl').nextStep, /WSL integration/);
    assert.match(engineProblem('docker', 'forbidden', 'linux').nextStep, /group docker/);
    assert.match(engineProblem('podman', 'stopped', 'macos').nextStep, /podman machine start/);
  });

  it('is quoted, with where it should be', () => {
    const facts = { endpoint: 'ssh://far', output: 'no route\n' };
    const { message } = engineProblem('docker', 'unreachable', 'linux', facts);
    assert.equal(message, 'Docker can’t be reached at ssh://far. It says: no route');
  });
});

describe('names in an engine', () => {
  it('differ by cluster and node, and are labelled with the cluster’s whole id', () => {
    const id = '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';
    const names = namesOf({ id, name: 'demo' });
    assert.equal(names.network, 'citus-demo-0a1b2c3d');
    assert.equal(names.filter, `label=citus-multi-coordinator.cluster=${id}`);
    const { container, labels } = names.node('worker1');
    assert.equal(container, 'citus-demo-0a1b2c3d-worker1');
    assert.deepEqual(labels, [
      `--label=citus-multi-coordinator.cluster=${id}`,
      '--label=citus-multi-coordinator.cluster-name=demo',
      '--label=citus-multi-coordinator.node=worker1',
    ]);
  });
});
