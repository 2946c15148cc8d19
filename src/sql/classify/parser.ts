/** A statement's syntax tree: PostgreSQL's own node types as JSON, `{ SelectStmt: { … } }`. */
export type SyntaxTree = Readonly<Record<string, unknown>>;

type Parse = (sql: string) => readonly SyntaxTree[];

let loading: Promise<Parse> | undefined;

/**
 * PostgreSQL 18's own parser. It is 1.7 MB of WebAssembly, so it is loaded when the first statement is to be parsed, and
 * not with the extension.
 * @returns a function that gives the trees of a text's statements, and throws where the text has none
 */
export const loadParser = (): Promise<Parse> => {
  loading ??= load();
  return loading;
};

const load = async (): Promise<Parse> => {
  const { loadModule, parseSync } = await import('libpg-query');
  await loadModule();
  return (sql) => (parseSync(sql).stmts ?? []).map(({ stmt }) => ({ ...stmt }));
};
