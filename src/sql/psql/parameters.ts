import { Lexer, Token } from '../splitter/lexer.ts';
import { interpolate } from './interpolate.ts';
import { substitute, type Replacement, type Substituted } from './substitute.ts';
import type { Variables } from './variables.ts';

/** A statement whose parameters are `$1`, `$2` …, as the server takes it. */
export interface Parametrized extends Substituted {
  /** For each of them, in order, what the person knows it by: `:name`, or `$1`. */
  readonly parameters: readonly string[];
}

/**
 * Statements that the server binds values to: those that it plans, and what it runs them with. In a PREPARE or in the
 * definition of a function `$1` is something else.
 *
 * Its first words have to tell: PostgreSQL's parser doesn't know a text in which `:name` still stands, maybe for a table.
 */
const BINDABLE =
  /^[(\s]*(select|insert|update|delete|merge|with|values|table|explain|declare|call|create\s+(temp(orary)?\s+|unlogged\s+)*table\b.*\bas)\b/is;

const NAMED = /:('?)([A-Za-z\u0080-\uffff_][A-Za-z\u0080-\uffff_0-9]*)\1/y;
/** A token that a value ends with, if it isn't a word. */
const ENDS_VALUE = /^(.*['")\]]|\d.*)$/s;

/**
 * Finds a statement's parameters: `$1`, and `:name` or `:'name'`, which become a `$n` behind those. None counts inside of
 * quotes, dollar quotes and comments. A colon in a subscript ends a slice, and one behind a value is that of a key in
 * JSON_OBJECT. Names begin with a letter.
 *
 * @param sql with psql's variables put in, so that what is left has none of that name
 */
export const findParameters = (sql: string): Parametrized => {
  if (!BINDABLE.test(sql)) return { ...substitute(sql, []), parameters: [] };
  const named: { readonly start: number; readonly end: number; readonly name: string }[] = [];
  let positions = 0;
  /** For each bracket that is open, whether it is that of an array's elements. */
  const brackets: boolean[] = [];
  let last = '';
  const lexer = new Lexer(sql);
  while (lexer.next()) {
    if (lexer.kind === Token.space || lexer.kind === Token.comment) continue;
    const { start, end } = lexer;
    const text = sql.slice(start, end);
    const position = /^\$(\d+)$/.exec(text)?.[1];
    if (position !== undefined) positions = Math.max(positions, Number(position));
    else if (text.startsWith(':') && brackets.at(-1) !== false && !ENDS_VALUE.test(last)) {
      NAMED.lastIndex = start;
      const [all, , name] = NAMED.exec(sql) ?? [];
      if (all !== undefined && name !== undefined) {
        named.push({ start, end: start + all.length, name: `:${name}` });
        lexer.moveTo(start + all.length);
      }
    } else if (text === '[') {
      brackets.push(/^array$/i.test(last) || (brackets.at(-1) === true && (last === '[' || last === ',')));
    } else if (text === ']') brackets.pop();
    last = text;
  }
  const names = [...new Set(named.map(({ name }) => name))];
  const replacements = named.map(({ start, end, name }): Replacement => {
    return { start, end, by: `$${positions + 1 + names.indexOf(name)}` };
  });
  const numbered = Array.from({ length: positions }, (_, index) => `$${index + 1}`);
  return { ...substitute(sql, replacements), parameters: [...numbered, ...names] };
};

/**
 * A statement as it goes to the server: with psql's variables put in, and what is left as parameters.
 * @throws InterpolationError
 */
export const asSent = (sql: string, variables: Pick<Variables, 'get'>): Parametrized => {
  const interpolated = interpolate(sql, variables);
  const parametrized = findParameters(interpolated.text);
  return { ...parametrized, origin: (offset) => interpolated.origin(parametrized.origin(offset)) };
};
