import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { pieceAt, split } from '../../../../src/sql/splitter/splitter.ts';

/** @param marked a text where `|` stands for the cursor. */
const textAt = (marked: string): string | undefined => {
  const offset = marked.indexOf('|');
  const source = marked.replace('|', '');
  return pieceAt(split(source), source, offset)?.text;
};

describe('pieceAt', () => {
  const table: [marked: string, expected: string | undefined][] = [
    ['|', undefined],
    ['-- only a comment|', undefined],
    ['|SELECT 1; SELECT 2;', 'SELECT 1'],
    ['SEL|ECT 1; SELECT 2;', 'SELECT 1'],
    ['SELECT 1|; SELECT 2;', 'SELECT 1'],
    ['SELECT 1;| SELECT 2;', 'SELECT 1'],
    ['SELECT 1; |SELECT 2;', 'SELECT 2'],
    ['SELECT 1;|SELECT 2;', 'SELECT 2'],
    ['SELECT 1; | SELECT 2;', 'SELECT 1'],
    ['SELECT 1 -- a|\n; SELECT 2;', 'SELECT 1'],
    ['SELECT 1\n|\n; SELECT 2;', 'SELECT 1'],
    ['SELECT 1; -- a|\nSELECT 2;', 'SELECT 1'],
    ['SELECT 1;|\r\nSELECT 2;', 'SELECT 1'],
    ['SELECT 1;\n|\nSELECT 2;', 'SELECT 2'],
    ['SELECT 1;\n-- about| two\nSELECT 2;', 'SELECT 2'],
    ['/* a| */\n\nSELECT 1;', 'SELECT 1'],
    ['SELECT 1;\nSELECT 2;\n\n|', 'SELECT 2'],
    ['SELECT 1;\nSELECT 2;\n-- end|', 'SELECT 2'],
    ['SELECT 1\n|', 'SELECT 1'],
    ['SELECT 1;\n\\d| t\nSELECT 2;', '\\d t'],
    ['SELECT 1;\n\\d t  |\nSELECT 2;', '\\d t'],
    ['SELECT 1| \\gx', 'SELECT 1'],
    ['SELECT 1 \\g|x', '\\gx'],
    ['COPY t FROM STDIN;\n1\n|2\n\\.\nSELECT 1;', 'COPY t FROM STDIN'],
    ['COPY t FROM STDIN;\n1\n\\.|\nSELECT 1;', 'COPY t FROM STDIN'],
    ['COPY t FROM STDIN;\n1\n\\.\n|\nSELECT 1;', 'SELECT 1'],
  ];
  for (const [marked, expected] of table) {
    it(JSON.stringify(marked), () => {
      assert.equal(textAt(marked), expected);
    });
  }
});
