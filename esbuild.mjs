import { context, build } from 'esbuild';
import { stat } from 'node:fs/promises';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  legalComments: 'none',
};
/** pg asks for these only when a user opts into them; we never do. */
const optional = ['pg-native', 'pg-cloudflare', 'cloudflare:sockets'];

const bundles = [
  {
    ...common,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', ...optional],
  },
  {
    ...common,
    entryPoints: ['src/webview/results/main.ts'],
    outfile: 'dist/webview/results.js',
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
  },
];
/** `npm start` is not part of the extension, so it goes elsewhere. */
const tools = [
  {
    ...common,
    entryPoints: ['src/cli/start.ts'],
    outfile: 'out/start.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: optional,
  },
];

const printSizes = async () => {
  for (const { outfile } of bundles) {
    const { size } = await stat(outfile);
    console.log(`${outfile}  ${(size / 1024).toFixed(1)} kB`);
  }
};

if (watch) {
  for (const options of [...bundles, ...tools]) await (await context(options)).watch();
  console.log('watching for changes');
} else {
  await Promise.all([...bundles, ...tools].map((options) => build(options)));
  await printSizes();
}
