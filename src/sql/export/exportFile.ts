import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ExportColumn, TextFormat } from './format.ts';
import { ExportError } from './format.ts';
import { portions, type Selected } from './portions.ts';
import { SHEET_ROWS, tooManyRows, Workbook } from './xlsx.ts';

/** Characters that are gathered before they are written. */
const CHUNK = 1 << 20;

/** Pieces of a file, and how many rows are in it with each. */
type Pieces = AsyncGenerator<{ bytes: Uint8Array; rows: number }>;

export interface ExportProgress {
  readonly signal?: AbortSignal;
  /** Told how many rows are in the file. */
  readonly progress?: (rows: number) => void;
}

/** Rows in a text format, as UTF-8. */
export async function* textPieces(selected: Selected, format: TextFormat, signal?: AbortSignal): Pieces {
  let text = format.head;
  let rows = 0;
  for await (const portion of portions(selected, signal)) {
    for (const row of portion) {
      text += format.row(row, rows++);
      if (text.length < CHUNK) continue;
      yield { bytes: Buffer.from(text), rows };
      text = '';
    }
  }
  yield { bytes: Buffer.from(text + format.tail(rows)), rows };
}

/** Rows as an Excel workbook. @throws ExportError where a sheet can't hold them all */
export async function* workbookPieces(
  selected: Selected,
  columns: readonly ExportColumn[],
  signal?: AbortSignal,
): Pieces {
  if (selected.count >= SHEET_ROWS) throw tooManyRows();
  const workbook = await Workbook.create(columns);
  let rows = 0;
  for await (const portion of portions(selected, signal)) {
    rows += portion.length;
    for (const bytes of workbook.add(portion)) yield { bytes, rows };
  }
  for (const bytes of workbook.end()) yield { bytes, rows };
}

/**
 * Writes a file piece by piece, each when the disk has taken the one before. It has another name beside the target until
 * it is whole; one that doesn't become so is removed.
 * @throws ExportError (`file`) where it can't be written, what the pieces throw, or the signal's reason
 */
export const writePieces = async (
  target: string,
  pieces: Pieces,
  { signal, progress }: ExportProgress = {},
): Promise<void> => {
  const partial = path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}.part`);
  const onDisk = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw fileError(target, error);
    }
  };
  const file = await onDisk(open(partial, 'wx'));
  try {
    try {
      for await (const { bytes, rows } of pieces) {
        signal?.throwIfAborted();
        await onDisk(file.writeFile(bytes));
        progress?.(rows);
      }
      await onDisk(file.sync());
    } finally {
      await file.close();
    }
    signal?.throwIfAborted();
    await onDisk(rename(partial, target));
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
};

const fileError = (target: string, cause: unknown): ExportError => {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const why = full ? 'the disk is full' : cause instanceof Error ? cause.message : String(cause);
  const next = full ? 'Free some space, or choose another folder.' : 'Choose another folder.';
  return new ExportError('file', `${target} could not be written: ${why}. ${next}`, { cause });
};
