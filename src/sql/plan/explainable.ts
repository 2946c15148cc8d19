import { classify, measures, type StatementClass } from '../classify/classify.ts';
import { loadParser, type SyntaxTree } from '../classify/parser.ts';
import { isNode } from '../classify/tree.ts';
import { Lexer, Token } from '../splitter/lexer.ts';

/** A statement whose plan can be asked for. */
export interface Explainable {
  /** The statement itself, without an EXPLAIN before it. */
  readonly sql: string;
  /** Where it begins in the text that it was found in, in UTF-16 code units. */
  readonly offset: number;
  /** Whether it stood behind an EXPLAIN with ANALYZE. */
  readonly analyze: boolean;
  readonly statement: StatementClass;
}

/**
 * What EXPLAIN shows a plan of (PostgreSQL manual, "EXPLAIN"), as the parser calls it. Its grammar takes REFRESH
 * MATERIALIZED VIEW, too, of which it shows nothing.
 */
const HAVE_PLANS = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'CreateTableAsStmt',
  'DeclareCursorStmt',
  'ExecuteStmt',
]);

/**
 * Finds what a statement's plan can be asked of.
 * @param text one statement as the server gets it
 * @returns undefined where EXPLAIN shows no plan of it. What PostgreSQL's parser doesn't know, such as newer syntax, is
 * for the server to judge; its class is taken for what could do most harm.
 */
export const explainable = async (text: string): Promise<Explainable | undefined> => {
  const parse = await loadParser();
  let trees: readonly SyntaxTree[];
  try {
    trees = parse(text);
  } catch {
    return { sql: text, offset: 0, analyze: false, statement: await classify(text) };
  }
  const [tree = {}] = trees;
  const explain = tree['ExplainStmt'];
  const explained = isNode(explain) ? explain['query'] : tree;
  if (!isNode(explained) || !Object.keys(explained).some((tag) => HAVE_PLANS.has(tag))) return undefined;
  const offset = isNode(explain) ? explainedOffset(text, explain) : 0;
  const sql = text.slice(offset);
  return { sql, offset, analyze: isNode(explain) && measures(explain), statement: await classify(sql) };
};

/**
 * Where the statement behind an EXPLAIN begins, which the parser doesn't tell: behind options in parentheses, or behind
 * as many words as there are options.
 */
const explainedOffset = (text: string, explain: SyntaxTree): number => {
  const lexer = new Lexer(text);
  const options = explain['options'];
  let left = Array.isArray(options) ? options.length : 0;
  let depth = 0;
  // EXPLAIN itself.
  nextToken(lexer);
  while (nextToken(lexer)) {
    if (left === 0 && depth === 0) return lexer.start;
    if (lexer.kind === Token.open) {
      depth += 1;
      left = 0;
    } else if (lexer.kind === Token.close) depth -= 1;
    else if (depth === 0) left -= 1;
  }
  return text.length;
};

/** @returns false at the end of the text */
const nextToken = (lexer: Lexer): boolean => {
  while (lexer.next()) if (lexer.kind !== Token.space && lexer.kind !== Token.comment) return true;
  return false;
};
