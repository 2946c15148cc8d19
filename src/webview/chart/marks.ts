import type { SeriesStyle } from './drawChart.ts';
import type { Frame } from './frame.ts';
import { markAround, type Place, type Shape } from './shapes.ts';

/** A line of few points shows where they are. */
const FEW_POINTS = 60;
/** Distance and height of the stripes of a bar, px; bars of the first series have none. */
const STRIPE = 6;

/** A line through places; null breaks it. */
export function lineShapes(
  places: readonly (Place | null)[],
  { colour, dash, series }: SeriesStyle,
): Shape[] {
  const pieces: Place[][] = [[]];
  for (const place of places) {
    if (place) pieces.at(-1)?.push(place);
    else pieces.push([]);
  }
  const alone = pieces.filter(({ length }) => length === 1).flat();
  const marked = places.length > 2 && places.length <= FEW_POINTS ? pieces.flat() : alone;
  return [
    ...pieces
      .filter(({ length }) => length > 1)
      .map((piece): Shape => ({ type: 'line', places: piece, colour, width: 1.6, dash })),
    ...marked.map((place): Shape => ({ type: 'dot', places: markAround(place, series), colour })),
  ];
}

export function scatterShapes(places: readonly (Place | null)[], { colour, series }: SeriesStyle): Shape[] {
  return places.flatMap((place): Shape[] =>
    place ? [{ type: 'dot', places: markAround(place, series), colour }] : [],
  );
}

/** The bars of one of several series, which stand beside each other at each place. */
export function barShapes(
  points: readonly (readonly [number, number | null])[],
  series: number,
  seriesCount: number,
  frame: Frame,
  { colour, striped }: SeriesStyle,
): Shape[] {
  const width = Math.max(1, frame.barWidth - (seriesCount > 1 ? 1 : 0));
  return points.flatMap(([at, value]): Shape[] => {
    if (value === null) return [];
    const x = frame.x(at) + frame.barOffset(series) - width / 2;
    const [y, end] = [frame.y(Math.max(value, 0)), frame.y(Math.min(value, 0))];
    const box: Shape = { type: 'box', x, y, width, height: end - y, colour, filled: true };
    if (!striped || series === 0) return [box];
    const height = STRIPE / (1 + series);
    const stripes = Array.from({ length: Math.ceil((end - y) / STRIPE) }, (_, index): Shape => {
      const top = y + index * STRIPE;
      return { ...box, y: top, height: Math.min(height, end - top) };
    });
    return [{ ...box, filled: false }, ...stripes];
  });
}
