import { isName, nameOf, type SqlToken } from './tokens.ts';

/** Something that rows come from, as a statement names it. */
export interface Source {
  /** A relation's name with its schema, or a function's; empty for a subquery. */
  readonly path: readonly string[];
  readonly isFunction: boolean;
  /** The subquery that it is. */
  readonly query: Block | undefined;
  readonly alias: string | undefined;
  /** Names that the statement gives the columns. */
  readonly columnNames: readonly string[];
  /** Place of the token that it begins with. */
  readonly at: number;
}

/** A query of a WITH clause. */
export interface CommonTable {
  readonly name: string;
  readonly columnNames: readonly string[];
  query: Block | undefined;
  /** Place of the token behind it: from there on it is known. */
  end: number;
}

/** One SELECT, INSERT, UPDATE, … between set operations; or a statement of another kind. */
export interface Block {
  readonly start: number;
  end: number;
  readonly parent: Block | undefined;
  /** Place of its first word behind WITH and EXPLAIN. */
  head: number;
  /** Whether it doesn't see what its parent reads from, such as a query of a WITH clause. */
  readonly isolated: boolean;
  /** What its FROM, JOIN and USING name, in order. */
  readonly sources: Source[];
  /** What it changes. */
  target: Source | undefined;
  readonly commonTables: CommonTable[];
  readonly recursive: boolean;
  /** Places of the tokens of its list of results: [from, to). */
  outputs: { readonly from: number; to: number } | undefined;
}

/** A statement's blocks, outer ones first. */
export interface Blocks {
  readonly all: readonly Block[];
  /** Place of the parenthesis that closes the one at a place; the number of tokens where none does. */
  readonly closes: ReadonlyMap<number, number>;
}

const SET_OPERATION = /^(UNION|EXCEPT|INTERSECT)$/;
/** Words that end a list of results, and those that end a list of sources. */
const ENDS_OUTPUTS = /^(FROM|INTO|WHERE|GROUP|HAVING|WINDOW|ORDER|LIMIT|OFFSET|FETCH|FOR)$/;
const ENDS_SOURCES =
  /^(WHERE|GROUP|HAVING|WINDOW|ORDER|LIMIT|OFFSET|FETCH|FOR|SET|RETURNING|WHEN|VALUES|SELECT)$/;
/** Words that can't be an alias without AS. */
const NO_ALIAS =
  /^(ON|USING|JOIN|LEFT|RIGHT|FULL|INNER|CROSS|NATURAL|WHERE|GROUP|HAVING|WINDOW|ORDER|LIMIT|OFFSET|FETCH|FOR|SET|RETURNING|WHEN|VALUES|SELECT|UNION|EXCEPT|INTERSECT|TABLESAMPLE|AS|FROM|DEFAULT|WITH|ADD|DROP|ALTER|RENAME|OVERRIDING|DO|TO|CASCADE|RESTRICT)$/;
const QUERY_BEGIN = /^(SELECT|WITH|VALUES|TABLE|INSERT|UPDATE|DELETE|MERGE)$/;

/** Finds out what each query of a statement, however deep inside, reads from and gives. It needs not be finished. */
export const blocksOf = (tokens: readonly SqlToken[]): Blocks => new Reader(tokens).read();

class Reader {
  readonly #tokens: readonly SqlToken[];
  readonly #closes = new Map<number, number>();
  readonly #all: Block[] = [];

  constructor(tokens: readonly SqlToken[]) {
    this.#tokens = tokens;
  }

  read(): Blocks {
    const open: number[] = [];
    this.#tokens.forEach(({ kind }, at) => {
      if (kind === 'open') open.push(at);
      const opened = kind === 'close' ? open.pop() : undefined;
      if (opened !== undefined) this.#closes.set(opened, at);
    });
    // One that isn't closed yet encloses a query to the end, but not what comes behind a function's arguments.
    for (const at of open) if (this.#beginsQuery(at + 1)) this.#closes.set(at, this.#tokens.length);
    this.#query(0, this.#tokens.length, undefined, false);
    return { all: this.#all, closes: this.#closes };
  }

  #word(at: number): string {
    return this.#tokens[at]?.word ?? '';
  }

  #isText(at: number, text: string): boolean {
    return this.#tokens[at]?.text === text;
  }

  #beginsQuery(at: number): boolean {
    let first = at;
    while (this.#tokens[first]?.kind === 'open') first += 1;
    return QUERY_BEGIN.test(this.#word(first));
  }

  /** Reads [start, end) as a query, with its set operations. @returns its first block, whose columns are the result's */
  #query(start: number, end: number, parent: Block | undefined, isolated: boolean): Block {
    const begins = this.#word(start) === 'WITH' && this.#tokens[start + 1]?.kind !== 'open';
    const recursive = begins && this.#word(start + 1) === 'RECURSIVE';
    const first = this.#open({ start, end, parent, isolated, commonTables: [], recursive });
    const at = begins ? this.#with(start + (recursive ? 2 : 1), end, first) : start;
    this.#clauses(first, at, end);
    return first;
  }

  #open(block: Pick<Block, 'start' | 'end' | 'parent' | 'isolated' | 'commonTables' | 'recursive'>): Block {
    const opened: Block = { ...block, head: block.start, sources: [], target: undefined, outputs: undefined };
    this.#all.push(opened);
    return opened;
  }

  /** Reads the queries of a WITH clause. @returns the place behind it */
  #with(start: number, end: number, holder: Block): number {
    let at = start;
    while (at < end) {
      const name = this.#tokens[at];
      if (!isName(name) || QUERY_BEGIN.test(name.word)) return at;
      at += 1;
      let columnNames: readonly string[] = [];
      const listClose = this.#tokens[at]?.kind === 'open' ? this.#closes.get(at) : undefined;
      if (listClose !== undefined) {
        columnNames = this.#names(at + 1, listClose);
        at = listClose + 1;
      }
      while (/^(AS|NOT|MATERIALIZED)$/.test(this.#word(at))) at += 1;
      const close = this.#tokens[at]?.kind === 'open' ? (this.#closes.get(at) ?? end) : undefined;
      if (close === undefined) return at;
      const table: CommonTable = { name: nameOf(name), columnNames, query: undefined, end: close };
      holder.commonTables.push(table);
      table.query = this.#query(at + 1, Math.min(close, end), holder, true);
      at = close + 1;
      // SEARCH and CYCLE.
      while (at < end && !this.#isText(at, ',') && !QUERY_BEGIN.test(this.#word(at))) at += 1;
      if (!this.#isText(at, ',')) return at;
      at += 1;
    }
    return at;
  }

  /** Reads the clauses of a query from a place on; each set operation begins another block. */
  #clauses(first: Block, from: number, end: number): void {
    let block = first;
    let clause: 'other' | 'outputs' | 'sources' = 'other';
    let at = this.#beginning(from, end, block);
    while (at < end) {
      const token = this.#tokens[at];
      if (!token) break;
      const { word } = token;
      if (token.kind === 'open') {
        at = this.#group(at, end, block);
        continue;
      }
      const followsDot = this.#isText(at - 1, '.');
      if (SET_OPERATION.test(word) && !followsDot) {
        this.#endOutputs(block, at);
        block.end = at;
        block = this.#open({ ...first, start: at + 1, end });
        clause = 'other';
      } else if (word === 'SELECT' || (word === 'RETURNING' && !followsDot)) {
        let list = at + 1;
        while (/^(DISTINCT|ALL)$/.test(this.#word(list))) list += 1;
        block.outputs = { from: list, to: end };
        clause = 'outputs';
      } else if (followsDot) {
        // A column, whatever it is called.
      } else if (
        clause === 'outputs' &&
        ENDS_OUTPUTS.test(word) &&
        !(word === 'FROM' && this.#word(at - 1) === 'DISTINCT')
      ) {
        this.#endOutputs(block, at);
        clause = 'other';
      } else if (clause === 'sources' && ENDS_SOURCES.test(word)) clause = 'other';
      const begins =
        (word === 'FROM' && this.#word(at - 1) !== 'DISTINCT') ||
        word === 'JOIN' ||
        (word === 'USING' && block.target !== undefined) ||
        (word === 'INTO' && block.target === undefined && block.outputs === undefined) ||
        (token.text === ',' && clause === 'sources');
      at += 1;
      if (!begins || followsDot) continue;
      if (word === 'INTO') {
        const read = this.#source(at, end, block, false);
        block.target = read.source;
        at = read.next;
      } else {
        clause = 'sources';
        at = this.#sources(at, end, block);
      }
    }
    this.#endOutputs(block, end);
  }

  #endOutputs(block: Block, at: number): void {
    if (block.outputs && block.outputs.to > at) block.outputs.to = at;
  }

  /** Reads what a statement changes, where it says that before its first clause. */
  #beginning(from: number, end: number, block: Block): number {
    let at = from;
    block.head = at;
    if (this.#word(at) === 'EXPLAIN') {
      at += 1;
      if (this.#tokens[at]?.kind === 'open') at = (this.#closes.get(at) ?? at) + 1;
      while (/^(ANALYZE|VERBOSE)$/.test(this.#word(at))) at += 1;
      return this.#beginning(at, end, block);
    }
    const target = this.#targetPlace(at, end);
    if (target === undefined || target >= end) return at;
    const read = this.#source(target, end, block, false);
    block.target = read.source;
    return Math.max(at, read.next);
  }

  /** Where the name of the table stands that a statement changes. */
  #targetPlace(at: number, end: number): number | undefined {
    const words = [this.#word(at), this.#word(at + 1)];
    const behind = (place: number): number => {
      let name = place;
      while (/^(IF|EXISTS|NOT|ONLY|CONCURRENTLY|TABLE)$/.test(this.#word(name))) name += 1;
      return name;
    };
    if (words[0] === 'UPDATE') return behind(at + 1);
    if (words[0] === 'DELETE' && words[1] === 'FROM') return behind(at + 2);
    if (words[0] === 'ALTER' && /^(TABLE|FOREIGN)$/.test(words[1] ?? '')) return behind(at + 2);
    if (words[0] === 'COPY' && this.#tokens[at + 1]?.kind !== 'open') return at + 1;
    if (words[0] === 'TRUNCATE' || words[0] === 'ANALYZE' || words[0] === 'TABLE') return behind(at + 1);
    if (words[0] === 'CREATE' && /^(INDEX|UNIQUE|TRIGGER|POLICY|RULE|STATISTICS)$/.test(words[1] ?? '')) {
      for (let each = at + 2; each < end; each++) if (this.#word(each) === 'ON') return behind(each + 1);
    }
    return undefined;
  }

  /** Reads a parenthesis, and queries in it. @returns the place behind it */
  #group(at: number, end: number, block: Block): number {
    const close = this.#closes.get(at);
    // Never closed: what follows is read as if it weren't there.
    if (close === undefined) return at + 1;
    const inner = Math.min(close, end);
    if (this.#beginsQuery(at + 1)) this.#query(at + 1, inner, block, false);
    else {
      let each = at + 1;
      while (each < inner)
        each = this.#tokens[each]?.kind === 'open' ? this.#group(each, inner, block) : each + 1;
    }
    return close + 1;
  }

  /** Reads one source, or those of a parenthesis with joins. */
  #sources(at: number, end: number, block: Block): number {
    let start = at;
    while (/^(LATERAL|ONLY)$/.test(this.#word(start))) start += 1;
    if (this.#tokens[start]?.kind === 'open' && !this.#beginsQuery(start + 1)) {
      const close = this.#closes.get(start);
      const inner = Math.min(close ?? end, end);
      let each = this.#sources(start + 1, inner, block);
      while (each < inner) {
        if (this.#word(each) === 'JOIN' || this.#isText(each, ','))
          each = this.#sources(each + 1, inner, block);
        else each = this.#tokens[each]?.kind === 'open' ? this.#group(each, inner, block) : each + 1;
      }
      return close === undefined ? each : close + 1;
    }
    const read = this.#source(start, end, block, true);
    if (read.source) block.sources.push(read.source);
    return read.next;
  }

  /** @param mayCall whether parentheses behind the name make it a function; else they have columns */
  #source(
    at: number,
    end: number,
    block: Block,
    mayCall: boolean,
  ): { source: Source | undefined; next: number } {
    let next = at;
    const path: string[] = [];
    let query: Block | undefined;
    let isFunction = false;
    const first = this.#tokens[next];
    if (first?.kind === 'open' && this.#beginsQuery(next + 1)) {
      const close = Math.min(this.#closes.get(next) ?? end, end);
      query = this.#query(next + 1, close, block, false);
      next = close + 1;
    } else {
      while (isName(this.#tokens[next]) && next < end) {
        const token = this.#tokens[next];
        if (path.length === 0 && token && NO_ALIAS.test(token.word)) break;
        if (token) path.push(nameOf(token));
        next += 1;
        if (!this.#isText(next, '.')) break;
        next += 1;
      }
      if (path.length === 0) return { source: undefined, next };
      if (this.#isText(next, '*')) next += 1;
      if (mayCall && this.#tokens[next]?.kind === 'open') {
        isFunction = true;
        next = this.#group(next, end, block);
        if (this.#word(next) === 'WITH' && this.#word(next + 1) === 'ORDINALITY') next += 2;
      }
    }
    const { alias, columnNames, next: behind } = this.#alias(next, end);
    return { source: { path, isFunction, query, alias, columnNames, at }, next: behind };
  }

  #alias(
    at: number,
    end: number,
  ): { alias: string | undefined; columnNames: readonly string[]; next: number } {
    let next = at;
    if (this.#word(next) === 'AS') next += 1;
    const token = this.#tokens[next];
    if (next >= end || !isName(token) || NO_ALIAS.test(token.word)) {
      return { alias: undefined, columnNames: [], next };
    }
    next += 1;
    const close = this.#tokens[next]?.kind === 'open' ? this.#closes.get(next) : undefined;
    if (close === undefined) return { alias: nameOf(token), columnNames: [], next };
    return { alias: nameOf(token), columnNames: this.#names(next + 1, close), next: close + 1 };
  }

  /** The names of a list: the first word of each item. */
  #names(from: number, to: number): string[] {
    const names: string[] = [];
    for (let at = from; at < to; at++) {
      const token = this.#tokens[at];
      if (isName(token) && (at === from || this.#isText(at - 1, ','))) names.push(nameOf(token));
    }
    return names;
  }
}

/** The innermost block that a place is in. @param index how many tokens come before it */
export const blockAt = (blocks: Blocks, index: number): Block | undefined => {
  const around = blocks.all.filter(({ start, end }) => start <= index && index <= end);
  return around.reduce<Block | undefined>(
    (inner, block) => (inner && block.end - block.start > inner.end - inner.start ? inner : block),
    undefined,
  );
};
