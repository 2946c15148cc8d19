import { context, build } from 'esbuild';
import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';

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
/** @type {import('esbuild').BuildOptions} */
const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // pg asks for these only when a user opts into them; we never do.
  external: ['vscode', 'pg-native', 'pg-cloudflare', 'cloudflare:sockets'],
};

/**
 * Packages that the extension imports when it first needs them. Each has a file of its own, since even reading them
 * takes as long as reading all of the rest, and activation shouldn't wait for that.
 */
const lazyPackages = [
  'execa',
  'fflate',
  'libpg-query',
  'modern-tar/fs',
  'pg',
  'pg-copy-streams',
  'proper-lockfile',
];
/** The same of our own files, which take a part of a large package. */
const lazyFiles = { 'sql-formatter': 'src/sql/format/postgresqlFormatter.ts' };
/** @param {string} name of a package, or of one of its parts */
const fileName = (name) => name.replace('/', '-');
/** @type {import('esbuild').Plugin} */
const filesOfTheirOwn = {
  name: 'files of their own',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${lazyPackages.join('|')})$`) }, ({ path }) => ({
      path: `./packages/${fileName(path)}.cjs`,
      external: true,
    }));
    for (const [name, file] of Object.entries(lazyFiles)) {
      onResolve({ filter: new RegExp(`/${basename(file)}$`) }, () => ({
        path: `./packages/${name}.cjs`,
        external: true,
      }));
    }
  },
};

/**
 * Has our files share the one object that VS Code gives out. For an import of it esbuild copies its hundreds of members
 * anew in each file, which takes as long as all the rest of loading.
 *
 * @type {import('esbuild').Plugin}
 */
const sharedVscode = {
  name: 'shared vscode',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(
        "import * as vscode from 'vscode';",
        "const vscode = require('vscode');",
      );
      return { contents, loader: 'ts' };
    });
  },
};

const bundles = [
  {
    ...node,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.cjs',
    plugins: [filesOfTheirOwn, sharedVscode],
  },
  ...lazyPackages.map((name) => ({
    ...node,
    entryPoints: [name],
    outfile: `dist/packages/${fileName(name)}.cjs`,
  })),
  ...Object.entries(lazyFiles).map(([name, file]) => ({
    ...node,
    entryPoints: [file],
    outfile: `dist/packages/${name}.cjs`,
  })),
  {
    ...common,
    entryPoints: ['src/webview/results/main.ts'],
    outfile: 'dist/webview/results.js',
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
  },
  { ...common, entryPoints: ['media/results/main.css'], outfile: 'dist/webview/results.css' },
];
/** `npm start` is not part of the extension, so it goes elsewhere. */
const tools = [{ ...node, entryPoints: ['src/cli/start.ts'], outfile: 'out/start.cjs' }];

const printSizes = async () => {
  for (const { outfile } of bundles) {
    const { size } = await stat(outfile);
    console.log(`${outfile}  ${(size / 1024).toFixed(1)} kB`);
  }
};

/** The parser's own code looks for it beside itself. */
await mkdir('dist/packages', { recursive: true });
await copyFile('node_modules/libpg-query/wasm/libpg-query.wasm', 'dist/packages/libpg-query.wasm');

if (watch) {
  for (const options of [...bundles, ...tools]) await (await context(options)).watch();
  console.log('watching for changes');
} else {
  await Promise.all([...bundles, ...tools].map((options) => build(options)));
  await printSizes();
}
