import type { ChartData, ChartOrder } from '../../contract/chart.ts';
import { type Frame, frameOf } from './frame.ts';
import { barShapes, lineShapes, scatterShapes } from './marks.ts';
import type { Hit, Picture, Place, Shape } from './shapes.ts';
import { timeText, zoneText } from './ticks.ts';

/** How a chart looks, apart from its data. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly background: string;
  readonly foreground: string;
  /** Of lines behind the data, and of words beside it. */
  readonly grid: string;
  readonly dim: string;
  /** A colour for each series; they begin again where there are more. */
  readonly colours: readonly string[];
  readonly font: string;
  /** Whether series are to be told apart without their colours. */
  readonly highContrast: boolean;
  /** Width of a text in px. */
  readonly measure: (text: string) => number;
}

/** What a chart is of. */
export interface ChartContent {
  readonly order: ChartOrder;
  readonly data: ChartData;
  /** What is along the chart, and what each series is. */
  readonly xName: string;
  readonly names: readonly string[];
}

/** Draws a chart. The same content with the same look gives the same picture. */
export function drawChart(content: ChartContent, look: Look): Picture {
  const { order, data } = content;
  const frame = frameOf(content, look);
  const marks = data.series.flatMap((points, series) => {
    const places = points.map(([x, y]): Place | null => (y === null ? null : [frame.x(x), frame.y(y)]));
    const style = styleOf(series, look);
    if (order.kind === 'bar') return barShapes(points, series, data.series.length, frame, style);
    return order.kind === 'line' ? lineShapes(places, style) : scatterShapes(places, style);
  });
  const { width, height, background, font } = look;
  const shapes = [...gridShapes(frame, look), ...marks, ...axisShapes(content, frame, look)];
  return { width, height, background, font, shapes, hits: hitsOf(content, frame) };
}

/** How one series is drawn. */
export interface SeriesStyle {
  readonly series: number;
  readonly colour: string;
  readonly dash: readonly number[];
  /** Whether bars have stripes. */
  readonly striped: boolean;
}

const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 2], [1, 4]];

function styleOf(series: number, { colours, foreground, highContrast }: Look): SeriesStyle {
  return {
    series,
    colour: colours[series % colours.length] ?? foreground,
    dash: highContrast ? (DASHES[series % DASHES.length] ?? []) : [],
    striped: highContrast,
  };
}

function gridShapes({ left, right, bottom, yTicks, y }: Frame, { grid, dim }: Look): Shape[] {
  return yTicks.flatMap(({ at, label }): Shape[] => [
    {
      type: 'line',
      places: [
        [left, y(at)],
        [right, y(at)],
      ],
      colour: grid,
      width: at === 0 ? 2 : 1,
      dash: [],
    },
    { type: 'text', x: left - 6, y: Math.min(bottom, y(at)) + 4, text: label, colour: dim, anchor: 'end' },
  ]);
}

/** The line below, its marks, the names, and the legend. */
function axisShapes({ order, data, xName, names }: ChartContent, frame: Frame, look: Look): Shape[] {
  const { left, right, bottom, xTicks, legend } = frame;
  const { dim, foreground, height } = look;
  const zone = order.axis === 'time' && data.utcOffset !== undefined ? ` (${zoneText(data.utcOffset)})` : '';
  const marks = xTicks.flatMap(({ at, label }): Shape[] => {
    const x = frame.x(at);
    return [
      {
        type: 'line',
        places: [
          [x, bottom],
          [x, bottom + 4],
        ],
        colour: dim,
        width: 1,
        dash: [],
      },
      { type: 'text', x, y: bottom + 16, text: label, colour: dim, anchor: 'middle' },
    ];
  });
  const words = legend.flatMap(({ x, y, series }): Shape[] => [
    ...swatch(x, y, order.kind, styleOf(series, look)),
    { type: 'text', x: x + 22, y: y + 4, text: names[series] ?? '', colour: foreground, anchor: 'start' },
  ]);
  return [
    {
      type: 'line',
      places: [
        [left, bottom],
        [right, bottom],
      ],
      colour: dim,
      width: 1,
      dash: [],
    },
    ...marks,
    {
      type: 'text',
      x: (left + right) / 2,
      y: height - 5,
      text: xName + zone,
      colour: foreground,
      anchor: 'middle',
    },
    ...words,
  ];
}

function swatch(x: number, y: number, kind: ChartOrder['kind'], style: SeriesStyle): Shape[] {
  if (kind === 'line')
    return lineShapes(
      [
        [x, y],
        [x + 16, y],
      ],
      style,
    );
  if (kind === 'scatter') return scatterShapes([[x + 8, y]], style);
  return [{ type: 'box', x: x + 4, y: y - 5, width: 10, height: 10, colour: style.colour, filled: true }];
}

function hitsOf({ order, data, xName, names }: ChartContent, frame: Frame): Hit[] {
  const place = (x: number): string => {
    if (data.categories) return data.categories[x] ?? 'NULL';
    return order.axis === 'time' ? timeText(x, data.utcOffset ?? 0).replace(/(:00)?\.000$/, '') : String(x);
  };
  return data.series.flatMap((points, series) =>
    points.flatMap(([x, y]) =>
      y === null
        ? []
        : [
            {
              x: frame.x(x) + (order.kind === 'bar' ? frame.barOffset(series) : 0),
              y: frame.y(y),
              words: `${xName} ${place(x)}: ${names[series] ?? ''} ${y.toLocaleString('en', { maximumSignificantDigits: 15 })}`,
            },
          ],
    ),
  );
}
