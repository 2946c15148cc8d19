import * as vscode from 'vscode';
import { complete, type Suggestion } from '../../sql/completion/complete.ts';
import { splitOf } from '../editor/sqlFile.ts';
import type { KnowledgeOfFiles } from './knowledge.ts';

/** What brings the list up besides letters. */
export const COMPLETION_TRIGGERS = ['.', '"', ':'] as const;

/** Whoever hasn't typed on within this time may have closed the list: it shouldn't come back. */
const STILL_WANTED_MS = 5_000;

const KINDS: Readonly<Record<Suggestion['kind'], vscode.CompletionItemKind>> = {
  keyword: vscode.CompletionItemKind.Keyword,
  schema: vscode.CompletionItemKind.Module,
  relation: vscode.CompletionItemKind.Class,
  view: vscode.CompletionItemKind.Interface,
  'common table': vscode.CompletionItemKind.Struct,
  alias: vscode.CompletionItemKind.Variable,
  column: vscode.CompletionItemKind.Field,
  function: vscode.CompletionItemKind.Function,
  type: vscode.CompletionItemKind.TypeParameter,
  setting: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.EnumMember,
  condition: vscode.CompletionItemKind.Snippet,
};

class SqlCompletionItem extends vscode.CompletionItem {
  readonly describe: (() => string) | undefined;

  constructor(
    suggestion: Suggestion,
    place: number,
    range: { inserting: vscode.Range; replacing: vscode.Range },
  ) {
    super(
      { label: suggestion.label, ...(suggestion.detail !== undefined && { description: suggestion.detail }) },
      KINDS[suggestion.kind],
    );
    this.describe = suggestion.describe;
    this.range = range;
    this.sortText = String(place).padStart(5, '0');
    this.insertText = suggestion.insert;
    // The editor compares what was typed, a quote with it.
    if (suggestion.insert.startsWith('"')) this.filterText = suggestion.insert;
  }
}

/** Suggests, in attached SQL files, what the node's database has and the statement has place for. */
export class SqlCompletionProvider implements vscode.CompletionItemProvider<SqlCompletionItem> {
  readonly #knowledge: KnowledgeOfFiles;

  constructor(knowledge: KnowledgeOfFiles) {
    this.#knowledge = knowledge;
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
    context: vscode.CompletionContext,
  ): Promise<vscode.CompletionList<SqlCompletionItem> | undefined> {
    const knowledge = await this.#knowledge.of(document.uri);
    if (!knowledge) return undefined;
    const offset = document.offsetAt(position);
    const text = document.getText();
    // A single colon is no cast.
    if (context.triggerCharacter === ':' && text.slice(offset - 2, offset) !== '::') return undefined;
    const pieces = splitOf(document);
    const completion = await this.#knowledge.ask(knowledge, (known) => complete(text, pieces, offset, known));
    if (!completion || token.isCancellationRequested) return undefined;
    const { typed } = completion;
    const start = document.positionAt(typed.start);
    const replacing = new vscode.Range(start, document.positionAt(typed.end));
    // The quote that the editor closed belongs to the name.
    const inserting = typed.text.startsWith('"') ? replacing : new vscode.Range(start, position);
    const range = { inserting, replacing };
    const opens = /^\s*\(/.test(text.slice(typed.end, typed.end + 20));
    const items = completion.suggestions.map((suggestion, place) => {
      const item = new SqlCompletionItem(suggestion, place, range);
      if (suggestion.call !== undefined && !opens) addParentheses(item, suggestion);
      return item;
    });
    const lacking = knowledge.catalog === undefined || completion.missing.size > 0;
    if (lacking)
      void this.#suggestAgain(document, position, this.#knowledge.arrival(knowledge, completion.missing));
    return new vscode.CompletionList(items, completion.incomplete || lacking);
  }

  /** Brings the list up anew when what it lacked has come, unless the person has gone on or has waited for long. */
  async #suggestAgain(
    document: vscode.TextDocument,
    position: vscode.Position,
    arrival: Promise<boolean>,
  ): Promise<void> {
    const { version } = document;
    const asked = performance.now();
    if (!(await arrival) || performance.now() - asked > STILL_WANTED_MS) return;
    const editor = vscode.window.activeTextEditor;
    const isThere = editor?.document === document && editor.selection.active.isEqual(position);
    if (!isThere || document.version !== version) return;
    // The editor doesn't ask again while its list is open.
    await vscode.commands.executeCommand('hideSuggestWidget');
    await vscode.commands.executeCommand('editor.action.triggerSuggest');
  }

  resolveCompletionItem(item: SqlCompletionItem): SqlCompletionItem {
    if (item.describe) item.documentation = new vscode.MarkdownString(item.describe());
    return item;
  }
}

/** A function is called: the cursor goes between its parentheses, where the signature is shown. */
const addParentheses = (item: SqlCompletionItem, { insert, call }: Suggestion): void => {
  if (call === 'none') {
    item.insertText = `${insert}()`;
    return;
  }
  item.insertText = new vscode.SnippetString().appendText(`${insert}(`).appendTabstop(0).appendText(')');
  item.command = { command: 'editor.action.triggerParameterHints', title: 'Show Parameters' };
};
