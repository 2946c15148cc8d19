/** The element types of PostgreSQL's own array types, by OID (src/include/catalog/pg_type.dat): `array: element`. */
const ELEMENT_TYPES: Readonly<Record<number, number>> = {
  143: 142,
  199: 114,
  1000: 16,
  1001: 17,
  1002: 18,
  1003: 19,
  1005: 21,
  1006: 22,
  1007: 23,
  1008: 24,
  1009: 25,
  1010: 27,
  1011: 28,
  1012: 29,
  1013: 30,
  1014: 1042,
  1015: 1043,
  1016: 20,
  1017: 600,
  1018: 601,
  1019: 602,
  1020: 603,
  1021: 700,
  1022: 701,
  1027: 604,
  1028: 26,
  1040: 829,
  1041: 869,
  1115: 1114,
  1182: 1082,
  1183: 1083,
  1185: 1184,
  1187: 1186,
  1231: 1700,
  1270: 1266,
  1561: 1560,
  1563: 1562,
  2210: 2205,
  2211: 2206,
  2951: 2950,
  3221: 3220,
  3643: 3614,
  3645: 3615,
  3807: 3802,
  3905: 3904,
  3907: 3906,
  3909: 3908,
  3911: 3910,
  3913: 3912,
  3927: 3926,
  629: 628,
  651: 650,
  719: 718,
  775: 774,
  791: 790,
};

/** The type of an array type's elements; undefined for what is no array type of PostgreSQL's own. */
export const elementType = (typeOid: number): number | undefined => ELEMENT_TYPES[typeOid];

/** An array's elements: texts, NULL, and arrays within. */
export type ArrayElement = string | null | readonly ArrayElement[];

export interface ArrayValue {
  /** The bounds that stand before the elements, such as `[0:2]`; empty where each dimension begins with 1. */
  readonly bounds: string;
  readonly elements: readonly ArrayElement[];
}

const BOUNDS = /^((?:\[-?\d+:-?\d+\])+)=/;
const BOX = 603;

/**
 * Reads an array as the server prints it (PostgreSQL manual, 8.15.6 "Array Input and Output Syntax").
 * @param elementOid type of the elements, where it is known: only boxes have `;` between them
 * @returns undefined where the text is no array
 */
export const parseArray = (text: string, elementOid?: number): ArrayValue | undefined => {
  const delimiter = elementOid === BOX ? ';' : ',';
  const bounds = BOUNDS.exec(text)?.[1] ?? '';
  const reader = new ArrayReader(text, bounds === '' ? 0 : bounds.length + 1, delimiter);
  const elements = reader.array();
  return elements && reader.atEnd ? { bounds, elements } : undefined;
};

class ArrayReader {
  readonly #text: string;
  readonly #delimiter: string;
  #at: number;

  constructor(text: string, at: number, delimiter: string) {
    this.#text = text;
    this.#at = at;
    this.#delimiter = delimiter;
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  array(): ArrayElement[] | undefined {
    if (!this.#take('{')) return undefined;
    const elements: ArrayElement[] = [];
    if (this.#take('}')) return elements;
    do {
      const element = this.#text[this.#at] === '{' ? this.array() : this.#element();
      if (element === undefined) return undefined;
      elements.push(element);
    } while (this.#take(this.#delimiter));
    return this.#take('}') ? elements : undefined;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #element(): string | null | undefined {
    if (this.#text[this.#at] === '"') return this.#quoted();
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#endsHere) this.#at += 1;
    const bare = this.#text.slice(start, this.#at);
    if (bare === '') return undefined;
    return bare === 'NULL' ? null : bare;
  }

  get #endsHere(): boolean {
    const character = this.#text[this.#at] ?? '';
    return character === this.#delimiter || '{}"\\'.includes(character);
  }

  #quoted(): string | undefined {
    let element = '';
    this.#at += 1;
    for (;;) {
      const start = this.#at;
      while (this.#at < this.#text.length && this.#text[this.#at] !== '"' && this.#text[this.#at] !== '\\')
        this.#at += 1;
      element += this.#text.slice(start, this.#at);
      if (this.#at >= this.#text.length) return undefined;
      if (this.#take('"')) return element;
      // A backslash stands before a character that is meant as it is.
      element += this.#text[this.#at + 1] ?? '';
      this.#at += 2;
    }
  }
}
