import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findRefusal } from '../../../../src/sql/run/refusal.ts';
import { split } from '../../../../src/sql/splitter/splitter.ts';

const refusalOf = (text: string): ReturnType<typeof findRefusal> => findRefusal(split(text), 'coordinator1');

describe('findRefusal', () => {
  it('lets a file of statements pass', () => {
    assert.equal(
      refusalOf("SELECT 1; -- \\d\nCOPY t FROM '/tmp/x'; COPY t TO STDOUT; SELECT E'\\\\d';"),
      undefined,
    );
  });

  it('names the first psql command, and where it stands', () => {
    const text = 'SELECT 1;\n\\timing on\nSELECT 2;\n\\d t\n';
    const refusal = refusalOf(text);
    assert.equal(refusal?.index, 1);
    assert.equal(refusal.offset, text.indexOf('\\timing'));
    assert.match(refusal.message, /^\\timing is a psql command/);
    assert.match(refusal.hint, /Nothing was run.*coordinator1/);
  });

  it('finds a psql command in the middle of a statement', () => {
    const text = 'SELECT 1\n\\set x 1\n+ 2;';
    const refusal = refusalOf(text);
    assert.equal(refusal?.index, 0);
    assert.equal(refusal.offset, text.indexOf('\\set'));
  });

  it('refuses rows for COPY in the file, and says what to do', () => {
    const refusal = refusalOf('SELECT 1;\nCOPY t (a) FROM STDIN;\n1\n2\n\\.\nSELECT 2;');
    assert.equal(refusal?.index, 1);
    assert.match(refusal.message, /COPY … FROM STDIN/);
    assert.match(refusal.hint, /psql/);
  });
});
