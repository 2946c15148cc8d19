import { FONT_SIZE, type Picture, type Place, type Shape } from './shapes.ts';

/** A picture as a whole SVG file. */
export function toSvg({ width, height, background, font, shapes }: Picture): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const text = `font-family="${escaped(font)}" font-size="${FONT_SIZE}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${text}>`,
    `<rect width="${width}" height="${height}" fill="${escaped(background)}"/>`,
    ...shapes.map(element),
    '</svg>\n',
  ].join('\n');
}

function element(shape: Shape): string {
  const colour = escaped(shape.colour);
  switch (shape.type) {
    case 'line': {
      const dash = shape.dash.length === 0 ? '' : ` stroke-dasharray="${shape.dash.join(' ')}"`;
      const stroke = `fill="none" stroke="${colour}" stroke-width="${shape.width}" stroke-linejoin="round"${dash}`;
      return `<polyline points="${pointsOf(shape.places)}" ${stroke}/>`;
    }
    case 'box': {
      const { x, y, width, height, filled } = shape;
      const paint = filled ? `fill="${colour}"` : `fill="none" stroke="${colour}"`;
      return `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" ${paint}/>`;
    }
    case 'dot':
      return `<polygon points="${pointsOf(shape.places)}" fill="${colour}"/>`;
    case 'text': {
      const { x, y, text, anchor } = shape;
      return `<text x="${short(x)}" y="${short(y)}" text-anchor="${anchor}" fill="${colour}">${escaped(text)}</text>`;
    }
  }
}

const pointsOf = (places: readonly Place[]): string =>
  places.map(([x, y]) => `${short(x)},${short(y)}`).join(' ');

const short = (number: number): string => String(Math.round(number * 100) / 100);

/** Text as XML has it; characters that XML can't have (XML 1.0, 2.2) become the sign for such. */
const escaped = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
