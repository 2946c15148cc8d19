import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Allowance } from '../../../src/postgres/resultLimits.ts';

const MB = 1024 * 1024;

describe('Allowance', () => {
  it('asks for as many rows as are allowed, and no more', () => {
    const allowance = new Allowance({ rows: 1000, bytes: 0 });
    assert.equal(allowance.portion, 1000);
    assert.equal(allowance.reached, undefined);
    allowance.take(5 * MB, 999);
    assert.equal(allowance.portion, 1);
    allowance.take(1, 1);
    assert.equal(allowance.reached, 'rows');
  });

  it('never asks for all rows while something is limited, and passes a limit of bytes by one portion at most', () => {
    fc.assert(
      fc.property(
        fc.record({ rows: fc.nat(100_000), bytes: fc.integer({ min: 1, max: 100 * MB }) }),
        fc.integer({ min: 7, max: 100_000 }),
        (limits, rowBytes) => {
          const allowance = new Allowance(limits);
          let rows = 0;
          let portion = 0;
          while (allowance.reached === undefined) {
            portion = allowance.portion;
            assert.ok(portion > 0);
            rows += portion;
            allowance.take(portion * rowBytes, portion);
          }
          if (allowance.reached === 'rows') assert.equal(rows, limits.rows);
          else assert.ok((rows - portion) * rowBytes < limits.bytes);
          assert.ok(portion * rowBytes <= Math.max(MB + rowBytes, 16 * rowBytes));
        },
      ),
    );
  });
});
