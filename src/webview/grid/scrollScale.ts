/**
 * Tallest element, px, that the grid gives to the browser. Chromium stops at 33,554,432 device pixels and
 * Firefox at 17,895,697; half of the smaller leaves room for a device pixel ratio of 2, and positions below
 * 2^23 keep half a pixel in the single-precision numbers that compositors use.
 */
const tallestElement = 8_000_000;

/** A scroll event that moves further than this many viewports is a drag of the scroll bar's thumb. */
const viewportsOfAJump = 2;

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/**
 * Maps the browser's scroll position to a position in content that may be taller than any element can be.
 *
 * Content that fits is mapped one to one. Taller content is mapped one to one near both ends (`margin`) and
 * compressed in between; yet a wheel or a key moves it by true pixels everywhere, because a small change of
 * the browser's position moves the content by as much, and only a jump (a drag of the thumb) is looked up in
 * the map. The two positions drift apart meanwhile; they are brought together when either reaches an end.
 */
export class ScrollScale {
  readonly #tallest: number;
  readonly #margin: number;
  #content = 0;
  #viewport = 0;
  #top = 0;
  #elementTop = 0;

  /** @param tallest height, px, above which content is compressed */
  constructor(tallest = tallestElement) {
    this.#tallest = tallest;
    this.#margin = tallest / 8;
  }

  /** Height, px, of the element that the browser scrolls. */
  get height(): number {
    return Math.min(this.#content, this.#tallest);
  }

  /** Position, px, of the viewport's top in the content. */
  get top(): number {
    return this.#top;
  }

  /** What to subtract, px, from a position in the content to get the position in the element. */
  get offset(): number {
    return this.#top - this.#elementTop;
  }

  /**
   * Takes new heights, px, of content and viewport and keeps the position in the content where it can.
   * @returns the scroll position that the browser must have
   */
  resize(content: number, viewport: number): number {
    const wasHeight = this.height;
    this.#content = content;
    this.#viewport = viewport;
    this.#top = clamp(this.#top, 0, this.#maxTop);
    if (this.height !== wasHeight || !this.#scaled || this.#stuck) this.#elementTop = this.#place(this.#top);
    return this.#elementTop;
  }

  /**
   * The browser scrolled to `scrollTop`, px.
   * @returns the scroll position that the browser must have: nearly always the same
   */
  scrolled(scrollTop: number): number {
    const moved = scrollTop - this.#elementTop;
    this.#elementTop = scrollTop;
    if (!this.#scaled || Math.abs(moved) > viewportsOfAJump * this.#viewport) {
      this.#top = clamp(this.#lookUp(scrollTop), 0, this.#maxTop);
      return scrollTop;
    }
    this.#top = clamp(this.#top + moved, 0, this.#maxTop);
    if (this.#stuck) this.#elementTop = this.#place(this.#top);
    return this.#elementTop;
  }

  /**
   * Moves the viewport's top to a position, px, in the content.
   * @returns the scroll position that the browser must have
   */
  scrollTo(top: number): number {
    const target = clamp(top, 0, this.#maxTop);
    const near = Math.abs(target - this.#top) <= viewportsOfAJump * this.#viewport;
    if (this.#scaled && !near) {
      this.#top = target;
      this.#elementTop = this.#place(target);
      return this.#elementTop;
    }
    this.#elementTop += target - this.#top;
    this.#top = target;
    if (this.#stuck) this.#elementTop = this.#place(target);
    return this.#elementTop;
  }

  get #maxTop(): number {
    return Math.max(0, this.#content - this.#viewport);
  }

  get #maxElementTop(): number {
    return Math.max(0, this.height - this.#viewport);
  }

  get #scaled(): boolean {
    return this.#content > this.#tallest;
  }

  /** Whether one position has reached an end that the other has not, so that scrolling on is not possible. */
  get #stuck(): boolean {
    const atStart = this.#elementTop <= 0;
    const atEnd = this.#elementTop >= this.#maxElementTop;
    return atStart !== this.#top <= 0 || atEnd !== this.#top >= this.#maxTop;
  }

  #place(top: number): number {
    if (!this.#scaled) return top;
    const [margin, end, elementEnd] = [this.#margin, this.#maxTop, this.#maxElementTop];
    if (top <= margin) return top;
    if (end - top <= margin) return elementEnd - (end - top);
    return Math.round(margin + ((top - margin) * (elementEnd - 2 * margin)) / (end - 2 * margin));
  }

  #lookUp(elementTop: number): number {
    if (!this.#scaled) return elementTop;
    const [margin, end, elementEnd] = [this.#margin, this.#maxTop, this.#maxElementTop];
    if (elementTop <= margin) return elementTop;
    if (elementEnd - elementTop <= margin) return end - (elementEnd - elementTop);
    return Math.round(margin + ((elementTop - margin) * (end - 2 * margin)) / (elementEnd - 2 * margin));
  }
}
