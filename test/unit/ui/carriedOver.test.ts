import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { carriedOver } from '../../../src/ui/editor/carriedOver.ts';

const before = ['a', 'b', 'c'].map((text) => ({ text, words: `of ${text}` }));

describe('carriedOver', () => {
  it('keeps the words of a statement that is edited', () => {
    assert.deepEqual(carriedOver(before, ['a', 'b2', 'c']), ['of a', 'of b', 'of c']);
    assert.deepEqual(carriedOver(before, ['a', 'b', 'c2']), ['of a', 'of b', 'of c']);
    assert.deepEqual(carriedOver(before, ['a2', 'b2', 'c2']), ['of a', 'of b', 'of c']);
  });

  it('has no words for one that is new', () => {
    assert.deepEqual(carriedOver(before, ['new', 'a', 'b', 'c']), [undefined, 'of a', 'of b', 'of c']);
    assert.deepEqual(carriedOver(before, ['a', 'new', 'b', 'c']), ['of a', undefined, 'of b', 'of c']);
    assert.deepEqual(carriedOver(before, ['a', 'b', 'c', 'new']), ['of a', 'of b', 'of c', undefined]);
    assert.deepEqual(carriedOver([], ['new']), [undefined]);
  });

  it('follows those after one that is gone, and one that was cut in two', () => {
    assert.deepEqual(carriedOver(before, ['a', 'c']), ['of a', 'of c']);
    assert.deepEqual(carriedOver(before, ['a', 'b1', 'b2', 'c']), ['of a', 'of b', undefined, 'of c']);
    assert.deepEqual(carriedOver(before, []), []);
  });

  it('finds the edit among statements that are alike', () => {
    const alike = [1, 2, 3].map((number) => ({ text: 'a', words: `of ${number}` }));
    assert.deepEqual(carriedOver(alike, ['a', 'a']), ['of 1', 'of 2']);
    assert.deepEqual(carriedOver(alike, ['a', 'a', 'a', 'a']), ['of 1', 'of 2', 'of 3', undefined]);
  });
});
