/** A random sample of items of which nobody knows how many will come (reservoir sampling, "algorithm R"). */
export class Sample<Item> {
  readonly items: Item[] = [];
  readonly #size: number;
  #seen = 0;
  #random = 1;

  constructor(size: number) {
    this.#size = size;
  }

  add(item: Item): void {
    this.#seen += 1;
    if (this.items.length < this.#size) {
      this.items.push(item);
      return;
    }
    const place = Math.floor(this.#next() * this.#seen);
    if (place < this.#size) this.items[place] = item;
  }

  /** From 0 to below 1, the same each time, so that a picture doesn't change when it is drawn again (xorshift32). */
  #next(): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return (this.#random >>> 0) / 0x1_0000_0000;
  }
}
