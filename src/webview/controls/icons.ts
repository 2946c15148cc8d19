import type { StatementState } from '../../contract/results.ts';

/** Paths in a box of 16 by 16, drawn as strokes in the colour of the text around. */
const paths = {
  pending: 'M8 2.75a5.25 5.25 0 1 0 0 10.5a5.25 5.25 0 1 0 0-10.5',
  running: 'M8 2.25a5.75 5.75 0 1 1-5.75 5.75',
  done: 'M3 8.5l3.25 3.25L13 4.5',
  failed: 'M8 2.25a5.75 5.75 0 1 0 0 11.5a5.75 5.75 0 1 0 0-11.5M5.75 5.75l4.5 4.5m0-4.5l-4.5 4.5',
  cancelled: 'M8 2.25a5.75 5.75 0 1 0 0 11.5a5.75 5.75 0 1 0 0-11.5M4 12l8-8',
  skipped: 'M4 8h8',
  stop: 'M4.5 4.5h7v7h-7z',
  server: 'M2.75 3.25h10.5v4h-10.5zM2.75 8.75h10.5v4h-10.5zM5.25 5.25h.5M5.25 10.75h.5',
  copy: 'M5.75 5.75h7.5v7.5h-7.5zM10.25 5.5v-2.75h-7.5v7.5h2.75',
  export: 'M8 2.5v7.5M5 7l3 3l3-3M2.75 10.5v2.75h10.5v-2.75',
  value: 'M2.75 3.25h10.5v9.5h-10.5zM8.75 3.5v9M10.75 6h.5M10.75 8h.5',
  wrap: 'M2.5 4h11M2.5 8h9.25a1.9 1.9 0 0 1 0 3.9h-3.25M10 10.25l-1.75 1.65l1.75 1.6M2.5 12h3',
  edit: 'M3 10.75v2.25h2.25l7.5-7.5l-2.25-2.25zM9 4.75l2.25 2.25',
  close: 'M4 4l8 8m0-8l-8 8',
} satisfies Record<StatementState, string> & Record<string, string>;

export type IconName = keyof typeof paths;

const svg = 'http://www.w3.org/2000/svg';

/** A small drawing beside words that say the same, so screen readers pass over it. */
export function icon(name: IconName): SVGSVGElement {
  const drawing = document.createElementNS(svg, 'svg');
  drawing.setAttribute('viewBox', '0 0 16 16');
  drawing.setAttribute('class', `icon icon-${name}`);
  drawing.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg, 'path');
  path.setAttribute('d', paths[name]);
  drawing.append(path);
  return drawing;
}

/** A place that shows one icon, and draws it anew only when it changes. */
export class IconSlot {
  readonly element = document.createElement('span');
  #name: IconName | undefined;

  constructor() {
    this.element.className = 'icon-slot';
  }

  show(name: IconName): void {
    if (name === this.#name) return;
    this.#name = name;
    this.element.replaceChildren(icon(name));
  }
}
