import { difference } from './difference.ts';
import { moved } from './moved.ts';
import type { Piece } from './piece.ts';
import type { PieceList } from './pieceList.ts';
import { type Boundary, Splitter } from './splitter.ts';

/** Code units after which a chunk ends at the next boundary: read in a fraction of a millisecond. */
const CHUNK = 16 * 1024;

const START: Boundary = { offset: 0, line: 1 };

/** The pieces between two boundaries of a text. Those of an edited text are the same where they only moved. */
interface Chunk {
  /** As they stood when the chunk was read, then at `read`. */
  readonly pieces: readonly Piece[];
  readonly read: Boundary;
  /** Where it begins now. */
  readonly begin: Boundary;
}

/**
 * A text and the pieces that `split` makes of it, for texts that are edited: an edit takes about the time to compare
 * the two texts and to read the chunks that it touches. Where it opens a quote that is never closed, that is all the
 * rest. Pieces behind an edit get their new places only when they are asked for.
 */
export class SplitText implements PieceList {
  readonly source: string;
  /** How many pieces there are. */
  readonly length: number;
  readonly #chunks: readonly Chunk[];
  /** Index of each chunk's first piece. */
  readonly #firsts: readonly number[];
  #all: readonly Piece[] | undefined;

  private constructor(source: string, chunks: readonly Chunk[]) {
    let length = 0;
    const firsts: number[] = [];
    for (const { pieces } of chunks) {
      firsts.push(length);
      length += pieces.length;
    }
    this.source = source;
    this.length = length;
    this.#chunks = chunks;
    this.#firsts = firsts;
  }

  /** Splits a text; its pieces' texts are parts of it. */
  static of(source: string): SplitText {
    return new SplitText(source, readChunks(source, START).chunks);
  }

  /** Splits the text as an edit left it. Its pieces don't keep this text in memory where they were read anew. */
  edited(source: string): SplitText {
    const edit = difference(this.source, source);
    if (!edit) return this;
    const chunks = this.#chunks;
    const chunkUpTo = (offset: number): number =>
      lastUpTo(chunks.length, (at) => chunks[at]?.begin.offset, offset);
    /** The chunk that begins where both texts go on alike. */
    const chunkFrom = (offset: number): number | undefined => {
      if (offset < edit.end) return undefined;
      const at = chunkUpTo(offset - edit.shift);
      return chunks[at]?.begin.offset === offset - edit.shift ? at : undefined;
    };
    const first = chunkUpTo(edit.start);
    const from = chunks[first]?.begin ?? START;
    const { chunks: read, end } = readChunks(source, from, (offset) => chunkFrom(offset) !== undefined);
    const behind = end === undefined ? undefined : chunkFrom(end);
    const kept = behind === undefined ? [] : chunks.slice(behind);
    const lines =
      newlinesIn(source, edit.start, edit.end) - newlinesIn(this.source, edit.start, edit.end - edit.shift);
    return new SplitText(source, [
      ...chunks.slice(0, first),
      ...read.map(released),
      ...kept.map((chunk) => ({
        pieces: chunk.pieces,
        read: chunk.read,
        begin: { offset: chunk.begin.offset + edit.shift, line: chunk.begin.line + lines },
      })),
    ]);
  }

  at(index: number): Piece | undefined {
    const at = lastUpTo(this.#firsts.length, (each) => this.#firsts[each], index);
    const chunk = this.#chunks[at];
    const place = index - (this.#firsts[at] ?? 0);
    return chunk && placed(chunk.pieces.slice(place, place + 1), chunk)[0];
  }

  /** All pieces, as an array that is made once. */
  all(): readonly Piece[] {
    this.#all ??= this.#chunks.flatMap((chunk) => placed(chunk.pieces, chunk));
    return this.#all;
  }
}

/**
 * @param wanted whether a chunk shall end at a boundary however short it is, and reading with it
 * @returns the chunks read, and where reading ended if that isn't the end of the text
 */
function readChunks(
  source: string,
  from: Boundary,
  wanted: (offset: number) => boolean = () => false,
): { chunks: Chunk[]; end: number | undefined } {
  const chunks: Chunk[] = [];
  for (let begin = from; ;) {
    const { offset: start } = begin;
    const splitter = new Splitter(source, begin);
    const pieces = splitter.run((offset) => offset - start >= CHUNK || wanted(offset));
    chunks.push({ pieces, read: begin, begin });
    const end = splitter.stopped;
    if (end === undefined || wanted(end)) return { chunks, end };
    begin = { offset: end, line: splitter.lineOf(end) };
  }
}

/** Pieces of a chunk as they stand now. */
function placed(pieces: readonly Piece[], { read, begin }: Chunk): readonly Piece[] {
  const shift = begin.offset - read.offset;
  const lines = begin.line - read.line;
  return shift === 0 && lines === 0 ? pieces : pieces.map((piece) => moved(piece, shift, lines));
}

/** A chunk whose texts are copies: parts of the source would keep all of it in memory. */
function released(chunk: Chunk): Chunk {
  return { ...chunk, pieces: structuredClone(chunk.pieces) };
}

function newlinesIn(source: string, from: number, to: number): number {
  let count = 0;
  for (let at = source.indexOf('\n', from); at >= 0 && at < to; at = source.indexOf('\n', at + 1)) count++;
  return count;
}

/** @returns the last index whose value, which grows with it, is at most `most`; -1 where none is. */
function lastUpTo(length: number, valueAt: (index: number) => number | undefined, most: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((valueAt(middle) ?? Infinity) <= most) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
