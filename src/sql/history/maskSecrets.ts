import { Lexer, Token } from '../splitter/lexer.ts';
import { literalText } from './literalText.ts';

/** What stands where a secret was. */
const MASK = '•••';

/** What a text that has to do with a secret says: names of secrets and of functions that take them, and addresses with a password. */
const SECRET =
  /passw|passphrase|passcode|(?:\b|_)pwd|secret|credential|authinfo|authorization\s*:|scram-sha|bearer\s|(?:\b|_)token\b|(?:api|access|private|encryption|signing|master)[_\s-]?key|crypt|\bhmac\b|\bdigest\b|gen_salt|dblink|:\/\/[^/@]*:[^@]*@/i;
/** Statements with `PASSWORD '…'` or `OPTIONS (password '…')`. What follows that word may be a secret also where it isn't a literal by mistake. */
const TAKES_PASSWORD = /^(?:create|alter) (?:role|user|group|server|subscription) /;

/**
 * Takes secrets out of a statement. Where anything in it has to do with a secret, by the words, the names, the
 * comments or what its literals hold once they are unescaped and put together, all of its literals, numbers and
 * comments are replaced: which of them is the secret can't be told for sure, and one too many does less harm than one
 * too few. Other statements stay as they are.
 */
export function maskSecrets(sql: string): string {
  return SECRET.test(sql) || SECRET.test(heldTexts(sql)) ? maskLiterals(sql) : sql;
}

/** Replaces all literals, numbers and comments of a statement, whatever it is about. */
export function maskLiterals(sql: string): string {
  const takesPassword = TAKES_PASSWORD.test(firstWords(sql));
  const lexer = new Lexer(sql);
  let masked = '';
  let after = '';
  while (lexer.next()) {
    const token = sql.slice(lexer.start, lexer.end);
    if (takesPassword && after === 'password' && isOpen(lexer.kind, token)) return `${masked}${MASK}`;
    masked += maskToken(lexer.kind, token, after);
    if (lexer.kind !== Token.space && lexer.kind !== Token.comment) after = token.toLowerCase();
  }
  return masked;
}

/** What the literals and quoted names hold, put together. */
function heldTexts(sql: string): string {
  const lexer = new Lexer(sql);
  let texts = '';
  while (lexer.next()) {
    if (lexer.kind === Token.text) texts += literalText(sql.slice(lexer.start, lexer.end)) ?? '';
  }
  return texts;
}

/** The first two words in lower case, each with a space behind it. */
function firstWords(sql: string): string {
  const lexer = new Lexer(sql);
  let words = '';
  for (let count = 0; count < 2 && lexer.next();) {
    if (lexer.kind === Token.space || lexer.kind === Token.comment) continue;
    words += `${sql.slice(lexer.start, lexer.end).toLowerCase()} `;
    count += 1;
  }
  return words;
}

function maskToken(kind: Lexer['kind'], token: string, after: string): string {
  if (kind === Token.comment) return token.startsWith('--') ? `-- ${MASK}` : `/* ${MASK} */`;
  if (kind !== Token.text) return token;
  if (token.startsWith('/*')) return `/* ${MASK}`;
  if (/^\d/.test(token)) return MASK;
  const text = literalText(token);
  if (text === undefined) return token;
  if (!/^(?:u&)?"/i.test(token)) return `'${MASK}'`;
  return SECRET.test(text) || SECRET.test(after) ? `"${MASK}"` : token;
}

/** Whether a token behind PASSWORD would leave a secret in the open: neither the literal that belongs there, nor NULL. */
function isOpen(kind: Lexer['kind'], token: string): boolean {
  if (kind === Token.space || kind === Token.comment) return false;
  return token.toLowerCase() !== 'null' && literalText(token) === undefined;
}
