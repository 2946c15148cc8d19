import { Lexer, Token } from '../splitter/lexer.ts';
import { literalText } from './literalText.ts';

/** What stands where a secret was. */
const MASK = '•••';

/** What a text that has to do with a secret says: names of secrets and of functions that take them, and addresses with a password. */
const SECRET =
  /passw|passphrase|passcode|(?:\b|_)pwd|secret|credential|authinfo|authoriz|bearer\s|(?:\b|_)token\b|(?:api|access|private|encryption|signing|master)[_\s-]?key|crypt|\bhmac\b|\bdigest\b|gen_salt|dblink|:\/\/[^/@]*:[^@]*@/i;
/** Statements with `PASSWORD '…'`. What follows that word may be a secret also where it isn't a literal by mistake. */
const ROLE = /^(?:create|alter) (?:role|user|group) (?!mapping )/;

/**
 * Takes secrets out of a statement. Where anything in it has to do with a secret, by the words, the names, the
 * comments or what its literals hold once they are unescaped and put together, all of its literals, numbers and
 * comments are replaced: which of them is the secret can't be told for sure, and one too many does less harm than one
 * too few. Other statements stay as they are.
 */
export function maskSecrets(sql: string): string {
  const { words, texts } = readTokens(sql);
  if (!SECRET.test(sql) && !SECRET.test(texts)) return sql;
  const ofRole = ROLE.test(words);
  const lexer = new Lexer(sql);
  let masked = '';
  let after = '';
  while (lexer.next()) {
    const token = sql.slice(lexer.start, lexer.end);
    if (ofRole && after === 'password' && isOpen(lexer.kind, token)) return `${masked}${MASK}`;
    masked += maskToken(lexer.kind, token, after);
    if (lexer.kind !== Token.space && lexer.kind !== Token.comment) after = token.toLowerCase();
  }
  return masked;
}

/** The words in lower case, a space between them, and what the literals and quoted names hold, put together. */
function readTokens(sql: string): { words: string; texts: string } {
  const lexer = new Lexer(sql);
  let words = '';
  let texts = '';
  while (lexer.next()) {
    const token = sql.slice(lexer.start, lexer.end);
    if (lexer.kind === Token.word) words += `${token.toLowerCase()} `;
    else if (lexer.kind === Token.text) texts += literalText(token) ?? '';
  }
  return { words, texts };
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
