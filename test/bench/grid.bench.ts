import { readFile } from 'node:fs/promises';
import { chromium, type Browser } from 'playwright-core';
import { resultsHtml } from '../../src/ui/results/resultsHtml.ts';
import type { BenchResult } from '../support/bench.ts';

export const name = 'Scrolling the result grid (20 columns, 1200 × 700 px)';

const ORIGIN = 'http://results.invalid';
const FRAMES = 300;
/** What a frame may cost at 60 frames a second. */
const FRAME_MS = 1000 / 60;

/** What the editor is to the panel: it answers `ready` with a result of `rowCount` rows, and `rows` with rows. */
const host = (rowCount: number) => `
  const deliver = (message) => setTimeout(() => window.postMessage(message, '*'));
  const columns = Array.from({ length: 20 }, (_, n) => ({ name: 'column_' + n, typeOid: 25, numeric: n % 3 === 0 }));
  const statement = {
    id: 0, sql: 'SELECT', line: 1, state: 'done', target: { cluster: 'c', node: 'n', role: 'primary' },
    columns, rowCount: ${rowCount}, startedAt: 1, elapsedMs: 1, notices: [],
  };
  const row = (index) => columns.map(({ numeric }, n) => numeric ? String(index * (n + 1)) : 'value ' + index + '.' + n);
  window.acquireVsCodeApi = () => ({
    getState: () => undefined,
    setState: () => undefined,
    postMessage: ({ type, first, count }) => {
      if (type === 'ready') deliver({ type: 'run', run: { id: 1, file: 'f', running: false, statements: [statement] }, count: 1 });
      if (type === 'rows') {
        const rows = Array.from({ length: count }, (_, n) => row(first + n));
        deliver({ type: 'rows', runId: 1, statementId: 0, arrangement: 0, first, rows, numbers: [] });
      }
    },
  });`;

/** Scrolls by four rows a frame, or to anywhere; resolves to how long each frame took, ms. */
const scroll = (step: string) => `(async () => {
  const grid = document.querySelector('.grid');
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  for (let n = 0; n < ${FRAMES}; n++) {
    ${step}
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return frames;
})()`;
const steps = {
  scrolling: 'grid.scrollTop += 88;',
  jumping: 'grid.scrollTop = (n * 0.618 % 1) * grid.scrollHeight;',
};

async function openPanel(browser: Browser, rowCount: number) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 700 } });
  const html = resultsHtml({
    cspSource: ORIGIN,
    nonce: 'bench',
    script: '/results.js',
    style: '/results.css',
  });
  const files: Readonly<Record<string, [string, string]>> = {
    '/': ['text/html', html],
    '/results.js': ['text/javascript', await readFile('dist/webview/results.js', 'utf8')],
    '/results.css': ['text/css', await readFile('dist/webview/results.css', 'utf8')],
  };
  await page.route('**/*', async (route) => {
    const [contentType, body] = files[new URL(route.request().url()).pathname] ?? ['text/plain', ''];
    await route.fulfill({ contentType, body });
  });
  await page.addInitScript(host(rowCount));
  await page.goto(ORIGIN);
  await page.waitForSelector('.grid-cell:not(:empty)');
  return page;
}

/** Milliseconds of a frame: of processor time on the page's main thread, and from one to the next at the 95th percentile. */
async function measure(browser: Browser, rowCount: number, step: string) {
  const page = await openPanel(browser, rowCount);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? 0;
  };
  const before = await busy();
  const frames = await page.evaluate<number[]>(scroll(step));
  const processor = (((await busy()) - before) * 1000) / FRAMES;
  await page.close();
  frames.sort((a, b) => a - b);
  return { processor, slow: frames[Math.floor(FRAMES * 0.95)] ?? 0 };
}

/** Processor time has a limit; the time between frames hasn't, because other programs' load is in it. */
export const run = async (): Promise<BenchResult[]> => {
  const browser = await chromium.launch({
    executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
    args: ['--disable-gpu'],
  });
  const results: BenchResult[] = [];
  try {
    for (const rowCount of [100_000, 1_000_000]) {
      for (const [what, step] of Object.entries(steps)) {
        const { processor, slow } = await measure(browser, rowCount, step);
        const label = `${what} ${rowCount.toLocaleString('en')} rows`;
        results.push({
          label: `${label}, processor per frame`,
          value: processor,
          unit: 'ms',
          limit: FRAME_MS,
        });
        results.push({ label: `${label}, 95th percentile between frames`, value: slow, unit: 'ms' });
      }
    }
  } finally {
    await browser.close();
  }
  return results;
};
