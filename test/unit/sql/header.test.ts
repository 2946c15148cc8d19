import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { resolveHeader } from '../../../src/sql/header/resolve.ts';
import { describedCluster } from '../../support/describedCluster.ts';
import { type FileHeader, headerLine, readHeader } from '../../../src/sql/header/fileHeader.ts';

const said = (header: FileHeader | undefined): unknown =>
  header && [
    header.cluster?.text,
    header.node?.text,
    header.role?.text,
    header.readOnly,
    header.mistakes.map(({ message }) => message.replace(/\..*/, '')),
  ];

describe('file headers', () => {
  it('names cluster, node, role, and that the file only reads', () => {
    assert.deepEqual(
      said(readHeader('-- citus: cluster=demo node=coordinator2 role=standby read-only\nSELECT 1')),
      ['demo', 'coordinator2', 'standby', true, []],
    );
  });

  it('may stand behind other comments, but not behind a statement', () => {
    assert.deepEqual(said(readHeader('\uFEFF\n/* who */\n-- why\n--CITUS: node=a\r\nSELECT 1')), [
      undefined,
      'a',
      undefined,
      false,
      [],
    ]);
    assert.equal(readHeader('SELECT 1;\n-- citus: node=a'), undefined);
    assert.equal(readHeader('/* citus: node=a */'), undefined);
    assert.equal(readHeader(`SELECT '\n-- citus: node=a'`), undefined);
    assert.equal(readHeader('-- about citus: node=a'), undefined);
  });

  it('takes names with spaces in quotes, and knows where they stand', () => {
    const source = '-- citus: cluster="my demo" node=a';
    const { cluster, node, start, end } = readHeader(source)!;
    assert.equal(source.slice(cluster!.start, cluster!.end), 'my demo');
    assert.equal(source.slice(node!.start, node!.end), 'a');
    assert.equal(source.slice(start, end), source);
  });

  it('tells what means nothing', () => {
    assert.deepEqual(said(readHeader('-- citus: clutser=demo node= role=boss node=a node=b readonly')), [
      undefined,
      'a',
      'boss',
      false,
      [
        '“clutser=demo” means nothing here',
        'node needs a value: node=…',
        'node is there twice',
        '“readonly” means nothing here',
        'A role is one of primary, standby, worker',
      ],
    ]);
  });

  it('is written as it is read', () => {
    const header = { cluster: 'my demo', node: 'a', role: 'standby', readOnly: true };
    assert.deepEqual(said(readHeader(headerLine(header))), ['my demo', 'a', 'standby', true, []]);
  });
});

describe('the node that a header names', () => {
  const node = (name: string) => ({ name, kind: 'coordinator' as const, host: 'localhost', port: 1 });
  const demo = describedCluster('demo', [node('coordinator1'), node('coordinator2')]);
  const other = describedCluster('other', [node('coordinator1')]);
  const remembered = { cluster: other, node: other.nodes[0]! };
  const named = (line: string, clusters = [demo, other], before?: typeof remembered): string | undefined => {
    const found = resolveHeader(readHeader(`-- citus: ${line}`)!, clusters, before);
    if (!found) return undefined;
    if ('problem' in found) return [found.problem.message, ...found.problem.suggestions].join(' ');
    return `${found.cluster.name} ${found.node.name}`;
  };

  it('wins over what is remembered', () => {
    assert.equal(named('cluster=demo node=coordinator2', undefined, remembered), 'demo coordinator2');
  });

  it('is completed by what is remembered, or by the only cluster', () => {
    assert.equal(named('read-only', undefined, remembered), undefined);
    assert.equal(named('node=coordinator1', undefined, remembered), 'other coordinator1');
    assert.equal(named('cluster=other', undefined, remembered), 'other coordinator1');
    assert.equal(named('node=coordinator2', [demo]), 'demo coordinator2');
  });

  it('is a problem where it isn’t there or isn’t said', () => {
    assert.equal(named('cluster=dmo node=a'), 'There is no cluster “dmo”. demo other');
    assert.equal(named('cluster=demo node=a'), 'demo has no node “a”. coordinator1 coordinator2');
    assert.equal(named('node=coordinator1'), 'Of which cluster? Say cluster=….');
    assert.equal(named('cluster=demo', undefined, remembered), 'Which node of demo? Say node=….');
  });
});
