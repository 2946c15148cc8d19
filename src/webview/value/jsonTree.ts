import type { TreeNode } from './tree.ts';

/** A string, a number, a word, or a bracket, comma or colon, after blanks (RFC 8259). */
const token = /[ \t\r\n]*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[[\]{},:])/y;

/**
 * Reads a JSON text without reading its numbers and strings: they stay as they are written, and so do keys that come twice.
 * @returns undefined where it is not JSON
 */
export function jsonTree(text: string): TreeNode | undefined {
  try {
    const reader = new Reader(text);
    const node = reader.value(reader.next());
    return reader.atEnd ? node : undefined;
  } catch (error) {
    // What is nested deeper than the stack is shown as a text, too.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#text.slice(this.#at).trim() === '';
  }

  next(): string {
    token.lastIndex = this.#at;
    const [whole, found] = token.exec(this.#text) ?? [];
    if (whole === undefined || found === undefined) throw new SyntaxError('not JSON');
    this.#at += whole.length;
    return found;
  }

  /** @param first the value's first token */
  value(first: string): TreeNode {
    if (first === '{') return this.#branch('{}', '}');
    if (first === '[') return this.#branch('[]', ']');
    if (/^[\]},:]/.test(first)) throw new SyntaxError('not JSON');
    return { kind: 'leaf', type: typeOf(first), text: first };
  }

  #branch(brackets: '{}' | '[]', closing: string): TreeNode {
    const children: { label: string; node: TreeNode }[] = [];
    let next = this.next();
    while (next !== closing) {
      const label = brackets === '{}' ? next : String(children.length);
      if (brackets === '{}') {
        if (!next.startsWith('"') || this.next() !== ':') throw new SyntaxError('not JSON');
        next = this.next();
      }
      children.push({ label, node: this.value(next) });
      next = this.next();
      if (next === ',') next = this.#afterComma(closing);
      else if (next !== closing) throw new SyntaxError('not JSON');
    }
    return { kind: 'branch', brackets, children };
  }

  #afterComma(closing: string): string {
    const next = this.next();
    if (next === closing) throw new SyntaxError('not JSON');
    return next;
  }
}

function typeOf(leaf: string): 'string' | 'number' | 'word' | 'null' {
  if (leaf.startsWith('"')) return 'string';
  if (leaf === 'null') return 'null';
  return leaf === 'true' || leaf === 'false' ? 'word' : 'number';
}
