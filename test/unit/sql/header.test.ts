import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
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
