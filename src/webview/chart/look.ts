import type { Look } from './drawChart.ts';
import { FONT_SIZE } from './shapes.ts';

const SERIES_COLOURS = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'];

/**
 * How a chart looks in the theme that the page wears now.
 * @param element one of the page's, whose styles count
 */
export function lookOf(element: HTMLElement, { width, height }: { width: number; height: number }): Look {
  const styles = getComputedStyle(element);
  // A canvas takes no variables, so a probe turns them into colours.
  const probe = document.createElement('span');
  element.append(probe);
  const colour = (value: string): string => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const font = styles.fontFamily;
  const context = document.createElement('canvas').getContext('2d');
  if (context) context.font = `${FONT_SIZE}px ${font}`;
  const highContrast = document.body.classList.contains('vscode-high-contrast');
  const look: Look = {
    width,
    height,
    font,
    highContrast,
    background: asRgb(colour('var(--surface)')),
    foreground: asRgb(colour('var(--vscode-foreground)')),
    dim: asRgb(colour(highContrast ? 'var(--vscode-foreground)' : 'var(--dim)')),
    grid: asRgb(colour('color-mix(in srgb, var(--vscode-foreground) 14%, var(--surface))')),
    colours: SERIES_COLOURS.map((name) => asRgb(colour(`var(--vscode-charts-${name})`))),
    measure: (text) => context?.measureText(text).width ?? text.length * 6,
  };
  probe.remove();
  return look;
}

/**
 * A colour as every program that reads an SVG knows it. Browsers give mixed ones as `color(srgb r g b)`; and some themes
 * make charts.orange so transparent that a line of it can hardly be seen.
 */
function asRgb(colour: string): string {
  const mixed = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)/.exec(colour)?.slice(1);
  if (mixed) return `rgb(${mixed.map((part) => Math.round(Number(part) * 255)).join(', ')})`;
  return colour.replace(/^rgba\((.+), [\d.]+\)$/, 'rgb($1)');
}
