import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { StatementView } from '../../../../src/contract/results.ts';
import { historyEntry } from '../../../../src/sql/history/entry.ts';
import { maskSecrets } from '../../../../src/sql/history/maskSecrets.ts';

const doubled = (text: string): string => text.replaceAll("'", "''");
/** Ways to write a text as a literal, or as an expression that gives it. */
const WRITTEN: readonly ((text: string) => string)[] = [
  (text) => `'${doubled(text)}'`,
  (text) => `E'${doubled(text.replaceAll('\\', '\\\\'))}'`,
  (text) => `e'${Array.from(text, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}'`,
  (text) => `N'${doubled(text)}'`,
  (text) => `U&'${doubled(text.replaceAll('\\', '\\\\'))}'`,
  (text) => `$$${text}$$`,
  (text) => `$tag_1$${text}$tag_1$`,
  (text) => `'${doubled(text.slice(0, 2))}' || '${doubled(text.slice(2))}'`,
  (text) => `'${doubled(text.slice(0, 3))}'\n  '${doubled(text.slice(3))}'`,
  (text) => `concat('', /* the '${doubled(text)}' */ '${doubled(text)}')`,
];
/** Statements with a secret; `literal` writes a text in one of the ways above. */
const FORMS: readonly ((secret: string, literal: (text: string) => string) => string)[] = [
  (secret, literal) => `CREATE ROLE r LOGIN PASSWORD ${literal(secret)} VALID UNTIL 'infinity'`,
  (secret, literal) => `alter user r with encrypted password ${literal(secret)}`,
  (secret, literal) => `ALTER/**/USER r PassWord --x\n ${literal(secret)}`,
  (secret) => `ALTER ROLE r PASSWORD ${secret}`,
  (secret) => `ALTER ROLE r PASSWORD "${secret}"`,
  (secret) => `ALTER ROLE r PASSWORD '${secret}`,
  (secret, literal) => `CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password ${literal(secret)})`,
  (secret) => `CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password ${secret})`,
  (secret) => `CREATE SERVER s FOREIGN DATA WRAPPER f OPTIONS (password "${secret}")`,
  (secret, literal) => `ALTER SERVER s OPTIONS (SET password ${literal(secret)})`,
  (secret, literal) =>
    `CREATE SUBSCRIPTION s CONNECTION ${literal(`host=h password=${secret} user=u`)} PUBLICATION p`,
  (secret, literal) => `ALTER SUBSCRIPTION s CONNECTION ${literal(`postgresql://u:${secret}@h/d`)}`,
  (secret, literal) =>
    `SELECT * FROM dblink(${literal(`user=u password='${secret}'`)}, 'SELECT 1') AS t(a int)`,
  (secret, literal) => `SELECT dblink_connect('c', ${literal(secret)})`,
  (secret, literal) => `INSERT INTO pg_dist_authinfo VALUES (0, 'postgres', ${literal(secret)})`,
  (secret, literal) => `SELECT pgp_sym_encrypt('data', ${literal(secret)})`,
  (secret, literal) => `SELECT crypt(${literal(secret)}, gen_salt('bf'))`,
  (secret, literal) => `INSERT INTO users (name, password) VALUES ('a', ${literal(secret)})`,
  (secret, literal) => `SET my.password = ${literal(secret)}`,
  (secret, literal) => `SELECT set_config('my.api_key', ${literal(secret)}, false)`,
  (secret, literal) => `DO ${literal(`BEGIN EXECUTE 'ALTER ROLE r PASSWORD ''${secret}'''; END`)}`,
  (secret, literal) => `DO ${literal(`BEGIN PERFORM f('${secret}', 'token'); END`)}`,
  (secret) => `SELECT 'postgres://u:' || '${doubled(secret)}' || '@host'`,
  (secret) => `SELECT 1 /* password: ${secret} */ + 2`,
  (secret) => `SELECT 1 -- password: ${secret}\n + 2`,
  (secret) => `SELECT * FROM f(E'pass\\x77ord', '${doubled(secret)}')`,
  (secret) => `SELECT U&"p\\0061ssword" FROM f('${doubled(secret)}')`,
];
/** Text that is in none of the forms by itself, whole or in part, whichever way it is written. */
const secrets = fc
  .array(fc.constantFrom('Z', 'q', 'Q', 'J', '7', '#', '%', '!', "'", ' '), { minLength: 6, maxLength: 30 })
  .map((characters) => `ZQ${characters.join('')}JZ`)
  .filter((secret) => !secret.includes('--'));
/** A secret that stays one token where it isn't quoted. */
const plain = (secret: string): string => secret.replaceAll(/[^A-Za-z0-9]/g, 'X');

const PLACE = { file: 'a.sql', clusterId: 'id' };
const FAILED: StatementView = {
  id: 0,
  sql: '',
  line: 1,
  state: 'failed',
  target: { cluster: 'demo', node: 'coordinator1', role: 'primary' },
  columns: [],
  rowCount: 0,
  startedAt: 1,
  elapsedMs: 1,
  notices: [],
};

describe('taking secrets out of statements', () => {
  it('leaves nothing of a secret in any form', () => {
    fc.assert(
      fc.property(secrets, fc.constantFrom(...WRITTEN), fc.constantFrom(...FORMS), (text, literal, form) => {
        // Between dollars a quote within a statement is text, outside of literals it would begin one.
        const secret = form.length === 1 ? plain(text) : text;
        const view = { ...FAILED, failure: { message: `syntax error at or near "${secret}"`, remedies: [] } };
        const line = JSON.stringify(historyEntry('id', PLACE, view, form(secret, literal)));
        for (const part of [secret, doubled(secret), secret.slice(0, 4), secret.slice(-4)]) {
          assert.ok(!line.includes(part), line);
        }
        assert.match(line, /•••/);
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps the rest readable', () => {
    assert.equal(
      maskSecrets(
        `CREATE ROLE r LOGIN PASSWORD 'x' CONNECTION LIMIT 5 -- its password\n VALID UNTIL $$never$$`,
      ),
      `CREATE ROLE r LOGIN PASSWORD '•••' CONNECTION LIMIT ••• -- •••\n VALID UNTIL '•••'`,
    );
    assert.equal(
      maskSecrets(`INSERT INTO "Users" ("password", pin) VALUES ('a', 1234)`),
      `INSERT INTO "•••" ("•••", pin) VALUES ('•••', •••)`.replace('"•••"', '"Users"'),
    );
    assert.equal(maskSecrets('ALTER ROLE r PASSWORD NULL'), 'ALTER ROLE r PASSWORD NULL');
    assert.equal(maskSecrets('SELECT $1 AS password'), 'SELECT $1 AS password');
  });

  it('leaves other statements as they are', () => {
    for (const sql of [
      `SELECT 'a', $$b$$, 5 FROM t -- comment`,
      `SELECT create_distributed_table('sample', 'id')`,
      `SET SESSION AUTHORIZATION 'joe'`,
      `SELECT citus_add_node('localhost', 5432)`,
      `SELECT md5(i::text) FROM generate_series(1, 5) i`,
      `UPDATE t SET tokens = 5 WHERE url = 'https://example.org/a:b'`,
    ])
      assert.equal(maskSecrets(sql), sql);
  });
});
