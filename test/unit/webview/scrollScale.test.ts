import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { ScrollScale } from '../../../src/webview/grid/scrollScale.ts';

const viewport = 600;

/** A browser's scroll bar: it clamps what it is set to, and reports where it is. */
class Browser {
  readonly scale = new ScrollScale(100_000);
  scrollTop = 0;

  constructor(content: number) {
    this.scrollTop = this.scale.resize(content, viewport);
  }

  scrollBy(pixels: number): void {
    const end = this.scale.height - viewport;
    this.scrollTop = this.scale.scrolled(Math.min(Math.max(this.scrollTop + pixels, 0), end));
  }
}

describe('ScrollScale', () => {
  it('maps content that fits one to one', () => {
    const browser = new Browser(90_000);
    browser.scrollBy(50_000);
    assert.deepEqual([browser.scale.top, browser.scale.offset, browser.scale.height], [50_000, 0, 90_000]);
  });

  it('moves taller content by true pixels for small movements, in the middle too', () => {
    const browser = new Browser(10_000_000);
    browser.scrollTop = browser.scale.scrollTo(5_000_000);
    browser.scrollBy(120);
    browser.scrollBy(-20);
    assert.equal(browser.scale.top, 5_000_100);
  });

  it('reaches the middle and the end by dragging the thumb', () => {
    const browser = new Browser(10_000_000);
    browser.scrollBy((100_000 - viewport) / 2);
    assert.ok(Math.abs(browser.scale.top - 5_000_000) < 10_000, String(browser.scale.top));
    browser.scrollBy(Infinity);
    assert.equal(browser.scale.top, 10_000_000 - viewport);
    browser.scrollBy(-Infinity);
    assert.equal(browser.scale.top, 0);
  });

  it('lets a wheel go on to both ends from anywhere', () => {
    const browser = new Browser(1_000_000);
    browser.scrollTop = browser.scale.scrollTo(300_000);
    for (let turns = 0; turns < 1_000 && browser.scale.top > 0; turns++) browser.scrollBy(-1_000);
    assert.deepEqual([browser.scale.top, browser.scrollTop], [0, 0]);
    for (let turns = 0; turns < 1_200 && browser.scale.top < 1_000_000 - viewport; turns++)
      browser.scrollBy(1_000);
    assert.deepEqual([browser.scale.top, browser.scrollTop], [1_000_000 - viewport, 100_000 - viewport]);
  });

  it('keeps its place when rows are added', () => {
    const browser = new Browser(90_000);
    browser.scrollBy(10_000);
    browser.scrollTop = browser.scale.resize(5_000_000, viewport);
    assert.deepEqual([browser.scale.top, browser.scrollTop], [10_000, 10_000]);
    browser.scrollTop = browser.scale.scrollTo(3_000_000);
    browser.scrollTop = browser.scale.resize(6_000_000, viewport);
    assert.equal(browser.scale.top, 3_000_000);
  });

  it('stays inside and never gets stuck, whatever is done', () => {
    const moves = fc.array(
      fc.oneof(fc.integer({ min: -1_200, max: 1_200 }), fc.integer({ min: -99_000, max: 99_000 })),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50_000_000 }), moves, (content, steps) => {
        const browser = new Browser(content);
        const end = Math.max(0, content - viewport);
        for (const step of steps) {
          browser.scrollBy(step);
          assert.ok(browser.scale.top >= 0 && browser.scale.top <= end);
          assert.equal(browser.scrollTop <= 0, browser.scale.top <= 0);
          assert.equal(browser.scale.top - browser.scale.offset, browser.scrollTop);
        }
      }),
    );
  });

  it('reaches each of the last rows of ten million exactly, by a jump and by steps', () => {
    const [rows, height] = [10_000_000, 22];
    const scale = new ScrollScale();
    scale.resize(rows * height, viewport);
    for (let row = rows - 10; row < rows; row++) {
      scale.scrollTo(0);
      const lowestTop = (row + 1) * height - viewport;
      const scrollTop = scale.scrollTo(lowestTop);
      assert.equal(scale.top, lowestTop, `row ${row}`);
      assert.equal(lowestTop - scale.offset, scrollTop, 'what is shown is where the browser is');
      assert.ok(scrollTop <= scale.height - viewport);
    }
    assert.equal(scale.top, rows * height - viewport);
    // From the last row up by single rows, as the arrow key goes.
    for (let row = rows - 1; row > rows - 100; row--) {
      scale.scrollTo(row * height);
      assert.equal(scale.top, Math.min(row * height, rows * height - viewport));
    }
  });
});
