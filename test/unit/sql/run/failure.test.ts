import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { ConnectionError, ServerError } from '../../../../src/postgres/errors.ts';
import { failureView, offsetOfPosition } from '../../../../src/sql/run/failure.ts';
import { standbyRefusal } from '../../../../src/sql/writes/standbyWrites.ts';

const serverError = (code: string, routine?: string): ServerError =>
  new ServerError({ message: 'no', severity: 'ERROR', code, routine });

describe('offsetOfPosition', () => {
  it('counts characters from 1, where JavaScript counts code units from 0', () => {
    assert.equal(offsetOfPosition('SELECT x', 8), 7);
    assert.equal(offsetOfPosition('😀é x', 4), 4);
    assert.equal(offsetOfPosition('ab', 99), 2);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, index) => {
        const before = Array.from(text).slice(0, index).join('');
        assert.equal(offsetOfPosition(text, index + 1), before.length);
      }),
    );
  });
});

describe('failureView', () => {
  it('keeps what the server said, and leaves out what it didn’t say', () => {
    const error = new ServerError({ message: 'm', severity: 'ERROR', code: '42703', hint: 'h' });
    assert.deepEqual(failureView(error), { code: '42703', message: 'm', hint: 'h', remedies: [] });
    assert.deepEqual(failureView(new ConnectionError('lost', 'gone')), { message: 'gone', remedies: [] });
  });
});

describe('standbyRefusal', () => {
  it('knows a standby’s refusals by code and reporting function', () => {
    assert.equal(standbyRefusal(serverError('25006', 'EnsureModificationsCanRun')), 'read-only');
    assert.equal(standbyRefusal(serverError('25006', 'PreventCommandIfReadOnly')), 'read-only');
    assert.equal(standbyRefusal(serverError('55000', 'LockAcquireExtended')), 'read-only');
    assert.equal(standbyRefusal(serverError('XX000', 'GetNewTransactionId')), 'two-phase');
  });

  it('leaves other errors with the same codes alone', () => {
    assert.equal(standbyRefusal(serverError('55000', 'currval_oid')), undefined);
    assert.equal(standbyRefusal(serverError('XX000', 'elog_start')), undefined);
    assert.equal(standbyRefusal(serverError('22012')), undefined);
    assert.equal(standbyRefusal(new ConnectionError('lost', 'gone')), undefined);
  });
});
