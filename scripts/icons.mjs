/**
 * Writes media/icons/{light,dark}/*.svg, the icons of the tree: `node scripts/icons.mjs`.
 * An icon is a shape, which says what a thing is and which role it has, and a badge, which says its state.
 * Both differ in form and not only in colour. Colours follow VS Code's own for each theme.
 */
import { mkdir, writeFile } from 'node:fs/promises';

/** @typedef {Record<'ink' | 'accent' | 'quiet' | 'running' | 'problem', string>} Colours */

/** @type {Record<string, Colours>} */
const THEMES = {
  light: { ink: '#424242', accent: '#0065b3', quiet: '#767676', running: '#2d7d2a', problem: '#b26c00' },
  dark: { ink: '#c5c5c5', accent: '#6cb8f6', quiet: '#8f8f8f', running: '#7cc97a', problem: '#e9b949' },
};

const HEXAGON = 'M8 1.2 13.9 4.6v6.8L8 14.8 2.1 11.4V4.6Z';
const STAR = 'M8 4.2 9.15 6.6 11.8 6.95 9.85 8.75 10.35 11.4 8 10.1 5.65 11.4 6.15 8.75 4.2 6.95 6.85 6.6Z';

/** @type {(d: string, colour: string) => string} */
const outline = (d, colour) =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="1.3" stroke-linejoin="round"/>`;
/** @type {(d: string, colour: string) => string} */
const filled = (d, colour) => `<path d="${d}" fill="${colour}" fill-rule="evenodd"/>`;

/**
 * What a thing is.
 *
 * @satisfies {Record<string, (colours: Colours) => string>}
 */
const shapes = {
  primary: ({ accent }) => filled(`${HEXAGON}${STAR}`, accent),
  standby: ({ accent }) =>
    outline(HEXAGON, accent) + filled('M8 5.4a2.6 2.6 0 1 0 0 5.2a2.6 2.6 0 1 0 0-5.2Z', accent),
  coordinator: ({ quiet }) => outline(HEXAGON, quiet),
  worker: ({ ink }) =>
    outline('M2.65 2.15h10.7v4.7H2.65ZM2.65 9.15h10.7v4.7H2.65Z', ink) +
    filled('M4.5 3.9h2v1.2h-2ZM4.5 10.9h2v1.2h-2Z', ink),
  quietWorker: ({ quiet }) => outline('M2.65 2.15h10.7v4.7H2.65ZM2.65 9.15h10.7v4.7H2.65Z', quiet),
  cluster: ({ ink, accent }) =>
    `<path d="M8 5 4 11M8 5l4 6" fill="none" stroke="${ink}" stroke-width="1.2"/>` +
    filled('M8 .8 11.1 2.6v3.6L8 8 4.9 6.2V2.6Z', accent) +
    filled('M1.5 9.8h4.8v4.4H1.5ZM9.7 9.8h4.8v4.4H9.7Z', ink),
  quietCluster: ({ quiet }) =>
    `<path d="M6.4 7.4 4.6 9.8M9.6 7.4l1.8 2.4" fill="none" stroke="${quiet}" stroke-width="1.2"/>` +
    outline('M8 1.4 10.6 2.9v3L8 7.4 5.4 5.9v-3Z', quiet) +
    outline('M2 10.3h4v3.6H2ZM10 10.3h4v3.6h-4Z', quiet),
  /** Columns drawn apart: the rows are spread. */
  distributed: ({ ink, accent }) =>
    filled('M1.5 2.5h13v2.6h-13Z', accent) +
    outline('M2.15 6.9h4.1v6.6h-4.1ZM9.75 6.9h4.1v6.6h-4.1Z', ink) +
    `<path d="M2.15 10.2h4.1M9.75 10.2h4.1" stroke="${ink}" stroke-width="1.1"/>`,
  /** Two sheets: every node has a copy. */
  reference: ({ ink, accent }) =>
    outline('M12.5 4.7h1.85v9.15H4.9V12', ink) +
    filled('M1 1.5h10.5v2.6H1Z', accent) +
    outline('M1.65 4.1h9.2v7.4h-9.2Z', ink) +
    `<path d="M1.65 7.8h9.2" stroke="${ink}" stroke-width="1.1"/>`,
  local: ({ ink, accent }) =>
    filled('M1.5 2.5h13v2.6h-13Z', accent) +
    outline('M2.15 5.1h11.7v8.4H2.15Z', ink) +
    `<path d="M2.15 9.3h11.7M8 5.1v8.4" stroke="${ink}" stroke-width="1.1"/>`,
  /** One piece of four. */
  shard: ({ ink, accent }) =>
    filled('M2.5 2.5h5v5h-5Z', accent) +
    outline('M9.15 3.15h3.7v3.7h-3.7ZM3.15 9.15h3.7v3.7h-3.7ZM9.15 9.15h3.7v3.7h-3.7Z', ink),
};

/**
 * In which state it is: a disc runs, a triangle needs a look, a square is stopped.
 *
 * @satisfies {Record<string, (colours: Colours) => string>}
 */
const badges = {
  running: ({ running }) => `<circle cx="12.3" cy="12.3" r="2.8" fill="${running}"/>`,
  problem: ({ problem }) => filled('M12.2 8.7 15.8 15.4H8.6Z', problem),
  stopped: ({ quiet }) => filled('M9.8 9.8h5.2v5.2H9.8Z', quiet),
};
/** The shape is cut away around a badge, so that both stay clear on any background. */
const cutouts = {
  running: '<circle cx="12.3" cy="12.3" r="4"/>',
  problem: '<path d="M11.6 7.2H16V16H7.1Z"/>',
  stopped: '<path d="M8.5 8.5H16V16H8.5Z"/>',
};

/** @type {Record<string, [keyof typeof shapes, (keyof typeof badges)?]>} */
const ICONS = {
  'cluster-running': ['cluster'],
  'cluster-problem': ['cluster', 'problem'],
  'cluster-stopped': ['quietCluster', 'stopped'],
  'coordinator-primary-running': ['primary', 'running'],
  'coordinator-standby-running': ['standby', 'running'],
  'coordinator-standby-problem': ['standby', 'problem'],
  'coordinator-problem': ['coordinator', 'problem'],
  'coordinator-stopped': ['coordinator', 'stopped'],
  'worker-running': ['worker', 'running'],
  'worker-problem': ['quietWorker', 'problem'],
  'worker-stopped': ['quietWorker', 'stopped'],
  'table-distributed': ['distributed'],
  'table-reference': ['reference'],
  'table-local': ['local'],
  shard: ['shard'],
};

/** @type {(shape: keyof typeof shapes, badge: keyof typeof badges | undefined, theme: Colours) => string} */
const svg = (shape, badge, theme) => {
  const body = shapes[shape](theme);
  const content = badge
    ? `<mask id="m" maskUnits="userSpaceOnUse" x="0" y="0" width="16" height="16">` +
      `<path fill="#fff" d="M0 0h16v16H0Z"/>${cutouts[badge]}</mask>` +
      `<g mask="url(#m)">${body}</g>${badges[badge](theme)}`
    : body;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">${content}</svg>\n`;
};

for (const [theme, colours] of Object.entries(THEMES)) {
  const folder = new URL(`../media/icons/${theme}/`, import.meta.url);
  await mkdir(folder, { recursive: true });
  for (const [name, [shape, badge]] of Object.entries(ICONS)) {
    await writeFile(new URL(`${name}.svg`, folder), svg(shape, badge, colours));
  }
}
