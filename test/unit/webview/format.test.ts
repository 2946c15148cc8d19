import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  baseName,
  counted,
  duration,
  firstKeyword,
  runningTime,
  tagInWords,
} from '../../../src/webview/results/format.ts';

describe('duration', () => {
  const cases: [number, string][] = [
    [0.42, '0.4 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [1_240, '1.24 s'],
    [59_999, '1 min 00 s'],
    [123_000, '2 min 03 s'],
  ];
  for (const [milliseconds, text] of cases) {
    it(`writes ${milliseconds} ms as ${text}`, () => {
      assert.equal(duration(milliseconds), text);
    });
  }

  it('shows tenths while time goes on', () => {
    assert.deepEqual(
      [runningTime(40), runningTime(4_130), runningTime(61_000)],
      ['0.0 s', '4.1 s', '1 min 01 s'],
    );
  });
});

describe('tagInWords', () => {
  const cases: [string | undefined, string][] = [
    ['UPDATE 3', '3 rows updated.'],
    ['DELETE 1', '1 row deleted.'],
    ['INSERT 0 10000', '10,000 rows inserted.'],
    ['COPY 5', '5 rows copied.'],
    ['CREATE TABLE', 'Table created.'],
    ['DROP MATERIALIZED VIEW', 'Materialized view dropped.'],
    ['SELECT 5', '5 rows selected.'],
    ['ROLLBACK', 'Transaction rolled back.'],
    ['DO', 'Done: DO.'],
    ['VACUUM', 'Done: VACUUM.'],
    [undefined, 'Done: there was nothing to run.'],
  ];
  for (const [tag, words] of cases) {
    it(`says ${String(tag)} in words`, () => {
      assert.equal(tagInWords(tag), words);
    });
  }
});

describe('names and counts', () => {
  it('finds the first keyword behind comments', () => {
    assert.equal(firstKeyword('/* why */ select 1'), 'SELECT');
    assert.equal(firstKeyword('(select 1)'), 'SELECT');
    assert.equal(firstKeyword('"?'), 'SQL');
  });

  it('cuts a path to its last part', () => {
    assert.deepEqual(
      [baseName('/a/b.sql'), baseName('C:\\x\\y.sql'), baseName('Untitled-1')],
      ['b.sql', 'y.sql', 'Untitled-1'],
    );
  });

  it('counts', () => {
    assert.deepEqual(
      [counted(1, 'row'), counted(0, 'row'), counted(12_000, 'row')],
      ['1 row', '0 rows', '12,000 rows'],
    );
  });
});
