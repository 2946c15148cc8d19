import type { ChartContent, Look } from './drawChart.ts';
import { numberTicks, type Tick, timeTicks } from './ticks.ts';

/** Where everything in a chart's picture is, px. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly legend: readonly { readonly x: number; readonly y: number; readonly series: number }[];
  readonly barWidth: number;
  /** From a place along the chart to the middle of a series' bar there. */
  readonly barOffset: (series: number) => number;
}

const LINE_HEIGHT = 18;
/** Between marks below a chart there is at least this, px. */
const TICK_GAP = 14;

/** Finds room for the data, the numbers beside it, and the legend above it. */
export function frameOf(content: ChartContent, look: Look): Frame {
  const { order, data } = content;
  const legend = legendOf(content.names, look);
  const top = 14 + LINE_HEIGHT * ((legend.at(-1)?.row ?? 0) + 1);
  const bottom = Math.max(top + 20, look.height - 40);
  const values = extent(data.series.flatMap((points) => points.flatMap(([, y]) => y ?? [])));
  const [least, greatest] = order.kind === 'bar' ? [Math.min(0, values[0]), Math.max(0, values[1])] : values;
  const yTicks = numberTicks(least, greatest, Math.max(3, Math.floor((bottom - top) / 36)));
  const left = 16 + Math.max(...yTicks.map(({ label }) => look.measure(label)));
  const right = Math.max(left + 20, look.width - 18);
  const y = scale([yTicks[0]?.at ?? least, yTicks.at(-1)?.at ?? greatest], [bottom, top]);
  const { categories } = data;
  const places = extent(data.series.flatMap((points) => points.map(([at]) => at)));
  const along: Extent = categories ? [-0.5, Math.max(0, categories.length - 1) + 0.5] : places;
  const x = scale(along, [left, right]);
  const slot = categories ? (right - left) / Math.max(1, categories.length) : 0;
  const barWidth = Math.min(60, (slot * 0.8) / data.series.length);
  return {
    left,
    right,
    bottom,
    x,
    y,
    xTicks: categories
      ? categoryTicks(categories, slot, look)
      : ticksAlong(content, along, right - left, look).filter(({ at }) => at >= along[0] && at <= along[1]),
    yTicks,
    legend: legend.map(({ x, row, series }) => ({ x: x + left, y: 14 + row * LINE_HEIGHT, series })),
    barWidth,
    barOffset: (series) => (series - (data.series.length - 1) / 2) * barWidth,
  };
}

type Extent = readonly [least: number, greatest: number];

/** The least and the greatest of some numbers, somewhat apart. */
function extent(numbers: readonly number[]): Extent {
  let least = Infinity;
  let greatest = -Infinity;
  for (const number of numbers) {
    least = Math.min(least, number);
    greatest = Math.max(greatest, number);
  }
  if (least > greatest) return [0, 1];
  return least === greatest ? [least - 0.5, greatest + 0.5] : [least, greatest];
}

function scale([from, to]: Extent, [start, end]: Extent): (value: number) => number {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

function ticksAlong(
  { order, data }: ChartContent,
  [least, greatest]: Extent,
  width: number,
  look: Look,
): Tick[] {
  const ticks = (most: number): Tick[] =>
    order.axis === 'time'
      ? timeTicks(least, greatest, data.utcOffset ?? 0, most)
      : numberTicks(least, greatest, most);
  // Longer texts need fewer marks, which have other texts; a few tries settle that.
  for (let most = Math.floor(width / 50); most > 2; most = Math.floor(most * 0.8)) {
    const found = ticks(most);
    const widest = Math.max(0, ...found.map(({ label }) => look.measure(label)));
    if (found.length * (widest + TICK_GAP) <= width) return found;
  }
  return ticks(2);
}

/** The texts of places, as many of them as there is room for, cut where they are long. */
function categoryTicks(categories: readonly (string | null)[], slot: number, look: Look): Tick[] {
  const texts = categories.map((text) => text ?? 'NULL');
  const room = Math.max(slot, 70) - TICK_GAP / 2;
  const labels = texts.map((text) => fitted(text, room, look));
  const widest = Math.max(0, ...labels.map((label) => look.measure(label)));
  const every = Math.max(1, Math.ceil((widest + TICK_GAP / 2) / slot));
  return labels.flatMap((label, at) => (at % every === 0 ? [{ at, label }] : []));
}

function fitted(text: string, room: number, { measure }: Look): string {
  const line = text.replace(/\s+/g, ' ').slice(0, 80);
  if (measure(line) <= room) return line;
  let length = line.length;
  while (length > 1 && measure(`${line.slice(0, length)}…`) > room) length -= 1;
  return `${line.slice(0, length)}…`;
}

/** Where each series is named: from left to right, on as many lines as that takes. */
function legendOf(
  names: readonly string[],
  { width, measure }: Look,
): { x: number; row: number; series: number }[] {
  let x = 0;
  let row = 0;
  return names.map((name, series) => {
    const needed = measure(name) + 40;
    if (x > 0 && x + needed > width - 80) {
      x = 0;
      row += 1;
    }
    const place = { x, row, series };
    x += needed;
    return place;
  });
}
