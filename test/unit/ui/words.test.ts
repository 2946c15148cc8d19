import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { ClusterError } from '../../../src/cluster/errors.ts';
import { ConnectionError, ServerError } from '../../../src/postgres/errors.ts';
import { connectionString } from '../../../src/postgres/connectionString.ts';
import { errorText, errorTrace } from '../../../src/ui/errorText.ts';
import { count, dotted, formatBytes } from '../../../src/ui/format.ts';

describe('formats', () => {
  it('gives bytes in units that are easy to read', () => {
    const rows: [number, string][] = [
      [0, '0 B'],
      [1023, '1023 B'],
      [1024, '1 kB'],
      [90112, '88 kB'],
      [1024 * 1024 - 1, '1.0 MB'],
      [2.44 * 1024 ** 2, '2.4 MB'],
      [12.3 * 1024 ** 3, '12 GB'],
      [5 * 1024 ** 5, '5.0 PB'],
    ];
    for (const [bytes, words] of rows) assert.equal(formatBytes(bytes), words);
  });

  it('counts and joins', () => {
    assert.equal(count(1, 'worker'), '1 worker');
    assert.equal(count(0, 'worker'), '0 workers');
    assert.equal(dotted('a', undefined, '', 'b'), 'a · b');
  });
});

describe('connection strings', () => {
  const credentials = {
    host: '127.0.0.1',
    port: 5432,
    user: 'post/gres',
    password: 'p@ss:w/rd',
    database: 'postgres',
  };
  it('holds the password only where asked for', () => {
    assert.equal(connectionString(credentials, false), 'postgresql://post%2Fgres@127.0.0.1:5432/postgres');
  });
  it('can be read back', () => {
    const url = new URL(connectionString(credentials, true));
    assert.equal(decodeURIComponent(url.username), credentials.user);
    assert.equal(decodeURIComponent(url.password), credentials.password);
    assert.equal(url.host, '127.0.0.1:5432');
  });
});

describe('error texts', () => {
  it('says what happened and what to do next', () => {
    const error = new ClusterError(
      'port-taken',
      'Port 5432 is in use',
      { port: 5432, node: 'coordinator1' },
      { nextStep: 'Choose another.' },
    );
    assert.deepEqual(errorText(error), { message: 'Port 5432 is in use. Choose another.', foreseen: true });
  });

  it('gives the server’s message, detail and hint', () => {
    const error = new ServerError({
      message: 'it failed',
      code: 'XX000',
      severity: 'ERROR',
      detail: 'because',
      hint: 'Do that.',
    });
    assert.equal(errorText(error)?.message, 'it failed. because. Hint: Do that.');
  });

  it('is silent about what the person cancelled', () => {
    assert.equal(errorText(new ClusterError('cancelled', 'Cancelled.', { cluster: 'demo' })), undefined);
    assert.equal(errorText(new ConnectionError('aborted', 'Aborted.')), undefined);
  });

  it('owns up to what was not foreseen', () => {
    assert.deepEqual(errorText(new TypeError('x is not a function')), {
      message: 'Something unexpected went wrong: x is not a function.',
      foreseen: false,
    });
  });

  it('traces an error down to its first cause', () => {
    const trace = errorTrace(new Error('outer', { cause: new Error('inner', { cause: 'the very first' }) }));
    assert.match(trace, /outer[^]*Caused by: Error: inner[^]*Caused by: the very first/);
  });
});
