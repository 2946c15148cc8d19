import type { FunctionDoc } from '../../sharding/functionDocs.ts';
import type { Routine } from '../catalog/catalog.ts';
import type { PieceList } from '../splitter/pieceList.ts';
import type { CompletionKnowledge } from './complete.ts';
import { signatureOf, signatureOfDoc } from './describe.ts';
import { placeAt } from './place.ts';
import { isName, nameOf, type SqlToken, tokensOf } from './tokens.ts';

/** One way to call a function. */
export interface Signature {
  readonly label: string;
  readonly text: string | undefined;
  readonly parameters: readonly SignatureParameter[];
}

interface SignatureParameter {
  /** Its place in the label. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly text: string | undefined;
}

/** The call that a cursor is in. */
export interface Call {
  readonly signatures: readonly Signature[];
  /** The signature that fits what is written so far. */
  readonly signature: number;
  /** The parameter that the cursor's argument is for. */
  readonly parameter: number;
}

/**
 * Tells which function's arguments a cursor is in.
 *
 * @param pieces of `source`, as `split` gives them
 * @returns undefined where it is in none that is known
 */
export const callAt = (
  source: string,
  pieces: PieceList,
  offset: number,
  knowledge: CompletionKnowledge,
): Call | undefined => {
  const place = placeAt(source, pieces, offset, 'begin');
  if (!place) return undefined;
  const before = place.tokens.slice(0, place.index);
  const open = innermostOpen(before);
  const path = pathBefore(before, open);
  if (path.length === 0) return undefined;
  const signatures = signaturesOf(path, knowledge);
  if (signatures.length === 0) return undefined;
  const { count, name } = argumentAt(before.slice(open + 1));
  const fitting = signatures.findIndex(({ parameters }) => parameters.length > count);
  const signature = Math.max(fitting, 0);
  const parameters = signatures[signature]?.parameters ?? [];
  const named = name === undefined ? -1 : parameters.findIndex((each) => each.name === name);
  // The last one takes all that follow where it is VARIADIC.
  return {
    signatures,
    signature,
    parameter: named >= 0 ? named : Math.min(count, Math.max(parameters.length - 1, 0)),
  };
};

const innermostOpen = (tokens: readonly SqlToken[]): number => {
  let depth = 0;
  for (let at = tokens.length - 1; at >= 0; at--) {
    const kind = tokens[at]?.kind;
    if (kind === 'close') depth += 1;
    else if (kind === 'open' && depth === 0) return at;
    else if (kind === 'open') depth -= 1;
  }
  return -1;
};

/** The name before a parenthesis, with its schema. */
const pathBefore = (tokens: readonly SqlToken[], open: number): string[] => {
  const path: string[] = [];
  for (let at = open - 1; at >= 0; at -= 2) {
    const token = tokens[at];
    if (!isName(token)) break;
    path.unshift(nameOf(token));
    if (tokens[at - 1]?.text !== '.') break;
  }
  return path;
};

/** Which argument the last token belongs to, by number and, where it is written `name => value`, by name. */
const argumentAt = (tokens: readonly SqlToken[]): { count: number; name: string | undefined } => {
  let depth = 0;
  let count = 0;
  let first = 0;
  tokens.forEach(({ kind, text }, at) => {
    if (kind === 'open' || text === '[') depth += 1;
    if (kind === 'close' || text === ']') depth -= 1;
    if (depth !== 0 || text !== ',') return;
    count += 1;
    first = at + 1;
  });
  const [name, equals, greater] = tokens.slice(first);
  const isNamed = isName(name) && equals?.text === '=' && greater?.text === '>';
  return { count, name: isNamed ? nameOf(name) : undefined };
};

const signaturesOf = (
  path: readonly string[],
  { catalog, searchPath, functionDocs }: CompletionKnowledge,
): Signature[] => {
  const routines = catalog?.routinesNamed(path, searchPath) ?? [];
  const doc = functionDocs.find(
    ({ name, schema }) => name === path.at(-1) && schema === (routines[0]?.schema ?? schema),
  );
  if (routines.length > 0) return routines.map((routine) => ofRoutine(routine, doc));
  return doc && !catalog ? [ofDoc(doc)] : [];
};

const ofRoutine = (routine: Routine, doc: FunctionDoc | undefined): Signature => ({
  label: signatureOf(routine),
  text: doc?.summary ?? routine.comment,
  parameters: parametersOf(routine.arguments, routine.name.length + 1, doc),
});

const ofDoc = (doc: FunctionDoc): Signature => {
  const label = signatureOfDoc(doc);
  const list = label.slice(doc.name.length + 1, label.lastIndexOf(') →'));
  return { label, text: doc.summary, parameters: parametersOf(list, doc.name.length + 1, doc) };
};

/** @param offset of the list in the label */
const parametersOf = (list: string, offset: number, doc: FunctionDoc | undefined): SignatureParameter[] => {
  const parameters: SignatureParameter[] = [];
  let depth = 0;
  let current: SqlToken[] = [];
  const finish = (): void => {
    const [first] = current;
    const words = current.filter(({ word }) => !/^(IN|INOUT|VARIADIC)$/.test(word));
    const [name] = words;
    // What it gives back is no argument.
    if (first && first.word !== 'OUT') {
      const called = isName(name) && words.length > 1 ? nameOf(name) : '';
      parameters.push({
        start: offset + first.start,
        end: offset + (current.at(-1)?.end ?? first.end),
        name: called,
        text: doc?.parameters.find((each) => each.name === called)?.text,
      });
    }
    current = [];
  };
  for (const token of tokensOf(list)) {
    if (token.kind === 'open') depth += 1;
    if (token.kind === 'close') depth -= 1;
    if (depth === 0 && token.text === ',') finish();
    else current.push(token);
  }
  finish();
  return parameters;
};
