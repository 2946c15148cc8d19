import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseArray } from '../../../src/contract/arrays.ts';
import { arrayTree } from '../../../src/webview/value/arrayTree.ts';
import { hexDump } from '../../../src/webview/value/hexDump.ts';
import { jsonTree } from '../../../src/webview/value/jsonTree.ts';
import type { TreeNode } from '../../../src/webview/value/tree.ts';
import { valueSize } from '../../../src/webview/value/sentValue.ts';

/** A tree in one line, labels as they are shown. */
const shown = (node: TreeNode | undefined): string | undefined => {
  if (node?.kind !== 'branch') return node && `${node.text}:${node.type}`;
  return `${node.brackets[0]!}${node.children.map(({ label, node: child }) => `${label}=${shown(child)!}`).join(' ')}${node.brackets[1]!}`;
};

describe('jsonTree', () => {
  it('keeps numbers, escapes, and keys that come twice', () => {
    const text = ' {"a": 12345678901234567890.10, "a": "x\\u00e9\\"", "b": [true, null, {}, []]}\n';
    assert.equal(
      shown(jsonTree(text)),
      '{"a"=12345678901234567890.10:number "a"="x\\u00e9\\"":string "b"=[0=true:word 1=null:null 2={} 3=[]]}',
    );
  });

  it('takes no text for JSON that is none', () => {
    for (const text of ['', '{', '[1,]', '{"a"}', '{"a":1,}', '[1 2]', '1 2', "{'a':1}", '[}', '{1:2}', '"x'])
      assert.equal(jsonTree(text), undefined, text);
  });

  it('gives up on what is nested too deeply for it, without an error', () => {
    assert.equal(jsonTree('['.repeat(200_000) + ']'.repeat(200_000)), undefined);
  });
});

describe('arrayTree', () => {
  it('tells NULL from its word, and numbers elements as the server does', () => {
    assert.equal(
      shown(arrayTree('[-1:1]={NULL,"NULL","a\\"b, c"}')),
      '{-1=NULL:null 0="NULL":string 1=a"b, c:string}',
    );
    assert.equal(
      shown(arrayTree('[0:1][5:6]={{1,2},{3,4}}')),
      '{0={5=1:string 6=2:string} 1={5=3:string 6=4:string}}',
    );
    assert.equal(shown(arrayTree('{}')), '{}');
  });

  it('takes boxes apart where they end', () => {
    assert.deepEqual(parseArray('{(1,1),(0,0);(3,3),(2,2)}', 603)?.elements, ['(1,1),(0,0)', '(3,3),(2,2)']);
  });

  it('takes no text for an array that is none', () => {
    for (const text of ['', 'a', '{', '{a', '{a}}', '{,}', '{"a}', '{a}b', '[0:1]', '(1,2)'])
      assert.equal(parseArray(text), undefined, text);
  });
});

describe('hexDump', () => {
  it('shows offsets, bytes and ASCII', () => {
    const bytes = Buffer.from('\0Hello, world! 0123');
    assert.equal(
      hexDump(`\\x${bytes.toString('hex')}`),
      '00000000  00 48 65 6c 6c 6f 2c 20  77 6f 72 6c 64 21 20 30  .Hello, world! 0\n' +
        '00000010  31 32 33                                          123',
    );
    assert.equal(hexDump('\\\\000abc'), undefined);
  });

  it('counts bytes', () => {
    assert.equal(valueSize({ typeOid: 17, text: '\\x00ff', length: 6 }), '2 bytes');
    assert.equal(valueSize({ typeOid: 25, text: 'x', length: 1 }), '1 character');
  });
});
