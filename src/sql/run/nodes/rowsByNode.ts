import { prefixRows } from '../../../postgres/dataRows.ts';
import type { Column, ResultSink } from '../../../postgres/statement.ts';
import type { CreateResultFile } from '../../results/resultFiles.ts';
import { ResultStore } from '../../results/resultStore.ts';

/** OIDs from here on are given by each server itself, so the same type may have another one elsewhere. */
const FIRST_OWN_OID = 16384;
const TEXT_OID = 25;

interface Part {
  readonly name: string;
  /** Rows that came before it was this node's turn. */
  readonly waiting: ResultStore;
  columns: readonly Column[] | undefined;
  finished: boolean;
  problem: string | undefined;
}

/**
 * One result made of those that several nodes give at the same time: first all rows of the first node, then those of the
 * second, and so on, with the node's name as first value. Rows thus never move once they are there. Those of nodes whose
 * turn hasn't come are kept meanwhile, as a result's rows are.
 */
export class RowsByNode {
  readonly #parts: readonly Part[];
  readonly #sink: ResultSink;
  /** Index of the node whose rows are passed on as they come. */
  #turn = 0;
  #columns: { readonly of: string; readonly columns: readonly Column[] } | undefined;
  #passing: Promise<void> = Promise.resolve();

  /**
   * @param names of the nodes, in the order of their rows
   * @param sink takes the one result
   */
  constructor(names: readonly string[], sink: ResultSink, createFile: CreateResultFile) {
    this.#sink = sink;
    this.#parts = names.map((name) => ({
      name,
      waiting: new ResultStore(createFile),
      columns: undefined,
      finished: false,
      problem: undefined,
    }));
  }

  /** What takes a node's own result. */
  sinkOf(index: number): ResultSink {
    const part = this.#parts[index];
    if (!part) throw new RangeError(`There is no node ${index}.`);
    return {
      columns: (columns) => {
        part.columns = columns;
        if (this.#turn === index) this.#agree(part);
      },
      rows: (messages, count) =>
        this.#turn === index ? this.#passOn(part, messages, count) : part.waiting.append(messages, count),
    };
  }

  /** Says that a node gives no more rows; resolves when those are passed on whose turn that makes it. */
  async finish(index: number): Promise<void> {
    const part = this.#parts[index];
    if (part) part.finished = true;
    this.#passing = this.#passing.then(() => this.#passTurn());
    await this.#passing;
  }

  /** Why a node's rows are not, or not all, in the result; undefined where they are. */
  problemOf(index: number): string | undefined {
    return this.#parts[index]?.problem;
  }

  async #passTurn(): Promise<void> {
    while (this.#parts[this.#turn]?.finished) {
      const next = this.#parts[this.#turn + 1];
      if (next) await this.#passWaiting(next);
      // Nothing has come since the last look: from here on its rows are passed on as they come.
      this.#turn += 1;
      await next?.waiting.close();
    }
  }

  /** Passes on what a node has given before its turn. */
  async #passWaiting(part: Part): Promise<void> {
    try {
      if (part.columns) this.#agree(part);
      for (let passed = 0; passed < part.waiting.rowCount;) {
        const { messages, count } = await part.waiting.messagesFrom(passed);
        await this.#passOn(part, messages, count);
        passed += count;
      }
    } catch (error) {
      part.problem = error instanceof Error ? error.message : String(error);
    }
  }

  #passOn(part: Part, messages: Buffer, count: number): Promise<void> | undefined {
    if (part.problem !== undefined) return undefined;
    return this.#sink.rows(prefixRows(messages, count, part.name), count);
  }

  /** Has the first node with columns decide what the result's are. */
  #agree(part: Part): void {
    const { columns = [], name } = part;
    if (!this.#columns) {
      this.#columns = { of: name, columns };
      this.#sink.columns([{ name: 'node', typeOid: TEXT_OID }, ...columns]);
      return;
    }
    const difference = differenceOf(columns, this.#columns.columns);
    if (difference !== undefined)
      part.problem = `Its rows are left out, because its columns differ from those of ${this.#columns.of}: ${difference}.`;
  }
}

/** @returns what differs, in words; undefined where nothing does */
const differenceOf = (columns: readonly Column[], others: readonly Column[]): string | undefined => {
  if (columns.length !== others.length) return `it has ${columns.length} instead of ${others.length}`;
  for (const [index, { name, typeOid }] of columns.entries()) {
    const other = others[index];
    if (!other) continue;
    if (other.name !== name) return `column ${index + 1} is named ${name} instead of ${other.name}`;
    const known = typeOid < FIRST_OWN_OID || other.typeOid < FIRST_OWN_OID;
    if (known && typeOid !== other.typeOid) return `column ${name} is of another type`;
  }
  return undefined;
};
