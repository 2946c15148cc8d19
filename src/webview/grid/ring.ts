/**
 * A window of consecutive items shown by elements that are used again: item `i` is always shown by the element
 * `i` modulo their number, so moving the window by one item changes one element. The window never has fewer
 * items than it once had, unless there are none to show, so that elements keep their items as it moves.
 * Where there are fewer items than elements, the others are idle.
 */
export class Ring<Element> {
  readonly #make: () => Element;
  readonly #elements: Element[] = [];
  #first = 0;
  #end = 0;

  constructor(make: () => Element) {
    this.#make = make;
  }

  get first(): number {
    return this.#first;
  }

  /** The item after the last one shown. */
  get end(): number {
    return this.#end;
  }

  /**
   * Moves the window to items `first` up to and without `end`, and to as many more as there are elements for.
   * @param count items in all
   */
  show(first: number, end: number, count: number): void {
    this.#end = Math.min(count, Math.max(end, first + this.#elements.length));
    this.#first = Math.max(0, Math.min(first, this.#end - this.#elements.length));
    while (this.#elements.length < this.#end - this.#first) this.#elements.push(this.#make());
  }

  /** The element that shows an item, if it is in the window. */
  get(item: number): Element | undefined {
    if (item < this.#first || item >= this.#end) return undefined;
    return this.#elements[item % this.#elements.length];
  }

  /** The elements that show nothing. */
  *idle(): Generator<Element> {
    const shown = this.#end - this.#first;
    for (let item = this.#end; item < this.#end + this.#elements.length - shown; item++) {
      const element = this.#elements[item % this.#elements.length];
      if (element !== undefined) yield element;
    }
  }

  /** Every item in the window with its element. */
  *[Symbol.iterator](): Generator<[number, Element]> {
    for (let item = this.#first; item < this.#end; item++) {
      const element = this.get(item);
      if (element !== undefined) yield [item, element];
    }
  }
}
