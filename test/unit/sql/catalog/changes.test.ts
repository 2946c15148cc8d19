import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { catalogChange } from '../../../../src/sql/catalog/changes.ts';

describe('what a statement changes of the catalog', () => {
  const cases: readonly (readonly [
    text: string,
    tag: string | undefined,
    columns: number,
    expected: string,
  ])[] = [
    ['create table x ()', 'CREATE TABLE', 0, 'objects'],
    ['alter table x add y int', 'ALTER TABLE', 0, 'objects'],
    ['drop view x', 'DROP VIEW', 0, 'objects'],
    ['comment on table x is null', 'COMMENT', 0, 'objects'],
    ['do $$ begin end $$', 'DO', 0, 'objects'],
    ['call close_month(1)', 'CALL', 0, 'objects'],
    ['select 1 into x', 'SELECT 1', 0, 'objects'],
    ["select create_distributed_table('x', 'y')", 'SELECT 1', 1, 'objects'],
    ['select 1', 'SELECT 1', 1, ''],
    ['insert into x values (1)', 'INSERT 0 1', 0, ''],
    ['commit', 'COMMIT', 0, ''],
    ['create table x ()', undefined, 0, ''],
    ['set search_path to sales', 'SET', 0, 'path'],
    ["select set_config('search_path', 'sales', false)", 'SELECT 1', 1, 'path'],
    ['discard all', 'DISCARD ALL', 0, 'path'],
    ['set role other', 'SET', 0, 'path'],
    ['set /* for now */ role other', 'SET', 0, 'path'],
    ["set schema 'sales'", 'SET', 0, 'path'],
    ['reset all', 'RESET', 0, 'path'],
    ['show work_mem', 'SHOW', 1, ''],
  ];
  for (const [text, commandTag, columnCount, expected] of cases) {
    it(`${text} (${commandTag ?? 'failed'})`, () => {
      const change = catalogChange({ text, commandTag, columnCount }, ['create_distributed_table']);
      const words = [change.objects ? 'objects' : '', change.searchPath ? 'path' : ''].filter(
        (word) => word !== '',
      );
      assert.equal(words.join(' '), expected);
    });
  }
});
