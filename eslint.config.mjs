import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Who may import whom: a folder of src, and the modules that it must not import. See ARCHITECTURE.md. */
const boundary = (folder, forbidden) => ({
  files: [`src/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': ['error', { patterns: forbidden.map((group) => ({ regex: group })) }],
  },
});
const vscode = '^vscode$';
const pg = '^pg($|-)';
const execa = '^execa$';
const processes = '^(node:)?child_process$';
const ours = (...folders) => `^\\.\\./(\\.\\./)*(${folders.join('|')})/`;

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        URL: 'readonly',
        performance: 'readonly',
        AbortSignal: 'readonly',
        Buffer: 'readonly',
      },
    },
  },
  boundary('contract', [vscode, pg, execa, processes, '^\\.\\./']),
  boundary('sql', [vscode, pg, execa, processes, ours('ui', 'webview', 'cli', 'runtime')]),
  boundary('cluster', [vscode, pg, execa, processes, ours('ui', 'webview', 'cli', 'sql')]),
  boundary('sharding', [vscode, pg, execa, processes, ours('ui', 'webview', 'cli', 'runtime', 'sql')]),
  boundary('postgres', [
    vscode,
    execa,
    processes,
    ours('ui', 'webview', 'cli', 'runtime', 'sql', 'sharding'),
  ]),
  boundary('runtime', [vscode, pg, ours('ui', 'webview', 'cli', 'sql', 'sharding')]),
  boundary('ui', [pg, execa, processes, ours('webview', 'cli')]),
  boundary('cli', [vscode, pg, processes, ours('ui', 'webview')]),
  boundary('webview', [
    vscode,
    pg,
    execa,
    '^node:',
    ours('ui', 'cli', 'cluster', 'sharding', 'postgres', 'runtime', 'sql'),
  ]),
);
