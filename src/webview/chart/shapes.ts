/** A place in a picture, px from its top left corner. */
export type Place = readonly [x: number, y: number];

/** What a picture of a chart consists of, so that a screen, a PNG and an SVG show the same. Later shapes cover earlier ones. */
export type Shape =
  | {
      readonly type: 'line';
      readonly places: readonly Place[];
      readonly colour: string;
      readonly width: number;
      /** Lengths of dashes and gaps, px; empty for a whole line. */
      readonly dash: readonly number[];
    }
  | {
      readonly type: 'box';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly colour: string;
      readonly filled: boolean;
    }
  | { readonly type: 'dot'; readonly places: readonly Place[]; readonly colour: string }
  | {
      readonly type: 'text';
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly colour: string;
      readonly anchor: 'start' | 'middle' | 'end';
    };

/** A value that a person can ask about, and where it is drawn. */
export interface Hit {
  readonly x: number;
  readonly y: number;
  readonly words: string;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly background: string;
  readonly font: string;
  readonly shapes: readonly Shape[];
  readonly hits: readonly Hit[];
}

/** Size of a chart's letters, px. */
export const FONT_SIZE = 11;

/** The corners of a mark around a place; each series has another one, so that colours aren't needed. */
export function markAround([x, y]: Place, series: number): Place[] {
  const size = 3.2;
  const corners: readonly (readonly Place[])[] = [
    circle(size - 0.4),
    [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ],
    [
      [0, -1.2],
      [1.1, 0.9],
      [-1.1, 0.9],
    ],
    [
      [0, -1.3],
      [1.3, 0],
      [0, 1.3],
      [-1.3, 0],
    ],
    [
      [0, 1.2],
      [1.1, -0.9],
      [-1.1, -0.9],
    ],
    [
      [-0.4, -1.2],
      [0.4, -1.2],
      [0.4, -0.4],
      [1.2, -0.4],
      [1.2, 0.4],
      [0.4, 0.4],
      [0.4, 1.2],
      [-0.4, 1.2],
      [-0.4, 0.4],
      [-1.2, 0.4],
      [-1.2, -0.4],
      [-0.4, -0.4],
    ],
  ];
  const index = series % corners.length;
  const scale = index === 0 ? 1 : size - 0.3;
  return (corners[index] ?? []).map(([dx, dy]) => [x + dx * scale, y + dy * scale]);
}

const circle = (radius: number): Place[] =>
  Array.from({ length: 10 }, (_, index) => {
    const angle = (index / 10) * 2 * Math.PI;
    return [Math.cos(angle) * radius, Math.sin(angle) * radius];
  });
