/** How a literal or a quoted name begins; a dollar that begins a parameter doesn't. */
const BEGIN = /^(?:(e|u&|[bxn])?'|(u&)?"|\$(?:[^$\d][^$]*)?\$)/i;

/**
 * What a literal or a quoted name holds (PostgreSQL manual, 4.1.2 "Constants"), also one that isn't closed.
 * @param token as the splitter's lexer cuts it
 * @returns undefined for any other token
 */
export function literalText(token: string): string | undefined {
  const begin = BEGIN.exec(token);
  if (!begin) return undefined;
  const [opening, prefix = begin[2] ?? ''] = begin;
  const quote = opening.startsWith('$') ? opening : opening.slice(-1);
  const closed = token.length >= opening.length + quote.length && token.endsWith(quote);
  const body = token.slice(opening.length, closed ? -quote.length : undefined);
  if (opening.startsWith('$')) return body;
  const text = body.includes(quote) ? body.replaceAll(quote + quote, quote) : body;
  if (!text.includes('\\')) return text;
  switch (prefix.toLowerCase()) {
    case 'e':
      return unescapeC(text);
    case 'u&':
      return unescapeUnicode(text);
    default:
      return text;
  }
}

const SHORT: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unescapeC(body: string): string {
  return body.replaceAll(
    /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([0-7]{1,3})|(.))/gis,
    (_escape, byte?: string, short?: string, long?: string, octal?: string, other?: string) => {
      const hex = byte ?? short ?? long;
      if (hex !== undefined) return character(Number.parseInt(hex, 16));
      if (octal !== undefined) return character(Number.parseInt(octal, 8));
      return SHORT[other ?? ''] ?? other ?? '';
    },
  );
}

/** With the escape character that is used unless UESCAPE names another; with another one the text stays as it is. */
function unescapeUnicode(body: string): string {
  return body.replaceAll(
    /\\(?:\+([0-9a-f]{6})|([0-9a-f]{4})|\\)/gi,
    (_escape, long?: string, short?: string) => {
      const hex = long ?? short;
      return hex === undefined ? '\\' : character(Number.parseInt(hex, 16));
    },
  );
}

const character = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '');
