import { ExportError, type TextFormat } from './format.ts';
import { portions, type Selected } from './portions.ts';

/** Characters that a copy may have; clipboards and the programs that paste from them choke on more. */
const LIMIT = 64_000_000;

/**
 * The text of some rows in a format.
 * @param options.progress is told how many rows have been read
 * @throws ExportError where it would be too long, or as `portions` does: nothing is ever left out
 */
export const clipboardText = async (
  selected: Selected,
  format: TextFormat,
  options: { signal?: AbortSignal; progress?: (rows: number) => void; limit?: number } = {},
): Promise<string> => {
  const { signal, progress, limit = LIMIT } = options;
  const texts = [format.head];
  let length = format.head.length;
  let index = 0;
  for await (const portion of portions(selected, signal)) {
    for (const row of portion) {
      const text = format.row(row, index++);
      length += text.length;
      texts.push(text);
    }
    if (length > limit)
      throw new ExportError(
        'too-long',
        `Nothing was copied: the selection is longer than the ${limit / 1e6} million characters that a clipboard takes. Export it to a file, or select fewer rows or columns.`,
      );
    progress?.(index);
  }
  texts.push(format.tail(index));
  return texts.join('');
};
