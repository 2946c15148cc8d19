import type { TextMeasure } from './columnLayout.ts';

/** Room, px, beside a text: paddings and border, and in a header a mark of the order and the handle that resizes. */
const cellRoom = 20;
const headerRoom = 38;

/** Measures texts in the fonts that two elements, which must be in the document, show theirs in. */
export function textMeasure(header: Element, cell: Element): TextMeasure {
  const context = document.createElement('canvas').getContext('2d');
  const width = (font: string, text: string) => {
    if (!context) return text.length * 8;
    context.font = font;
    return context.measureText(text).width;
  };
  const headerFont = getComputedStyle(header).font;
  const cellFont = getComputedStyle(cell).font;
  return {
    header: (text) => width(headerFont, text) + headerRoom,
    cell: (text) => width(cellFont, text) + cellRoom,
  };
}
