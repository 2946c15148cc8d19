import type { PieceList } from '../splitter/pieceList.ts';
import type { CompletionKnowledge } from './complete.ts';
import { describe, type Subject } from './describe.ts';
import { expectationAt } from './expectation.ts';
import type { Expectation } from './expected.ts';
import { isReserved } from './keywords.ts';
import { type Place, placeAt } from './place.ts';
import { type Block, blockAt, blocksOf } from './queryBlocks.ts';
import { Scope, type ScopeSource } from './scope.ts';
import { nameOf, tokensOf } from './tokens.ts';

/** What a name in a text means. */
export interface Meaning {
  /** In Markdown; undefined where it means nothing that is known. */
  readonly text: string | undefined;
  /** The name's place in the text. */
  readonly start: number;
  readonly end: number;
  /** Relations whose columns would have been needed. */
  readonly missing: ReadonlySet<number>;
}

/**
 * Tells what the name at a place means.
 *
 * @param pieces of `source`, as `split` gives them
 * @returns undefined where no name is
 */
export const meaningAt = (
  source: string,
  pieces: PieceList,
  offset: number,
  knowledge: CompletionKnowledge,
): Meaning | undefined => {
  const place = [offset, offset + 1]
    .map((at) => placeAt(source, pieces, at))
    .find((each) => each && each.typed.end > each.typed.start);
  if (!place) return undefined;
  const { start, end } = place.typed;
  const text = source.slice(start, end);
  const quoted = text.startsWith('"');
  const path = [...place.qualifier, nameOf({ kind: quoted ? 'quoted' : 'word', text })];
  const isKeyword = path.length === 1 && !quoted && isReserved(text);
  const { tokens, index } = wholeStatement(source, place);
  const scope = new Scope(tokens, knowledge);
  const subject = isKeyword
    ? undefined
    : new Finder(path, scope, blockAt(blocksOf(tokens), index), knowledge).find(
        expectationAt(place.tokens, place.index, blockAt(blocksOf(place.tokens), place.index)),
        place.tokens[place.index]?.kind === 'open',
      );
  if (subject?.kind === 'relation') scope.columnsOf(subject.relation);
  const details = subject?.kind === 'relation' ? knowledge.details(subject.relation.oid) : undefined;
  return { text: subject && describe(subject, details), start, end, missing: scope.missing };
};

/** The statement with the name in it, which may be an alias that the rest needs. */
const wholeStatement = (
  source: string,
  { tokens, typed }: Place,
): { tokens: ReturnType<typeof tokensOf>; index: number } => {
  const from = Math.min(tokens[0]?.start ?? typed.start, typed.start);
  const to = Math.max(tokens.at(-1)?.end ?? typed.end, typed.end);
  const whole = tokensOf(source.slice(from, to));
  return { tokens: whole, index: whole.filter(({ start }) => start + from < typed.start).length };
};

class Finder {
  readonly #path: readonly string[];
  readonly #sources: readonly ScopeSource[];
  readonly #knowledge: CompletionKnowledge;

  constructor(
    path: readonly string[],
    scope: Scope,
    block: Block | undefined,
    knowledge: CompletionKnowledge,
  ) {
    this.#path = path;
    this.#sources = block ? scope.sources(block) : [];
    this.#knowledge = knowledge;
  }

  /** @param isCalled whether a parenthesis follows */
  find(expected: Expectation, isCalled: boolean): Subject | undefined {
    if (expected.settings) return this.#setting();
    if (expected.relations) return this.#relation() ?? this.#routine();
    if (expected.types) return this.#type();
    if (isCalled) return this.#routine() ?? this.#relation();
    return this.#column() ?? this.#source() ?? this.#relation() ?? this.#routine() ?? this.#setting();
  }

  get #name(): string {
    return this.#path.at(-1) ?? '';
  }

  #relation(): Subject | undefined {
    const { catalog, searchPath } = this.#knowledge;
    const relation = catalog?.relation(this.#path, searchPath);
    return relation && { kind: 'relation', relation };
  }

  #routine(): Subject | undefined {
    const { catalog, searchPath, functionDocs } = this.#knowledge;
    const routines = catalog?.routinesNamed(this.#path, searchPath) ?? [];
    const schema = routines[0]?.schema;
    const doc = functionDocs.find(
      (each) => each.name === this.#name && (schema === undefined ? !catalog : each.schema === schema),
    );
    return routines.length > 0 || doc ? { kind: 'routine', routines, ...(doc && { doc }) } : undefined;
  }

  #setting(): Subject | undefined {
    const setting = this.#knowledge.catalog?.setting(this.#path.join('.'));
    return setting && { kind: 'setting', setting };
  }

  #type(): Subject | undefined {
    const type = this.#knowledge.catalog?.types.find(({ name }) => name === this.#name);
    return type && { kind: 'type', type };
  }

  #column(): Subject | undefined {
    const qualifier = this.#path.at(-2);
    for (const source of this.#sources) {
      if (qualifier !== undefined && source.name !== qualifier) continue;
      const column = source.columns.find(({ name }) => name === this.#name);
      if (!column) continue;
      const { relation } = source;
      return {
        kind: 'column',
        of: relation?.name ?? source.name ?? '',
        column,
        ...(relation && { relation }),
      };
    }
    return undefined;
  }

  /** An alias, or a table's name before a dot. */
  #source(): Subject | undefined {
    const source =
      this.#path.length === 1 ? this.#sources.find(({ name }) => name === this.#name) : undefined;
    return source?.relation && { kind: 'relation', relation: source.relation };
  }
}
