const FORMS = [
  { form: /^e'(.*?)'?$/is, read: (body: string) => unescapeC(body.replaceAll("''", "'")) },
  { form: /^u&'(.*?)'?$/is, read: (body: string) => unescapeUnicode(body.replaceAll("''", "'")) },
  { form: /^u&"(.*?)"?$/is, read: (body: string) => unescapeUnicode(body.replaceAll('""', '"')) },
  { form: /^[bxn]?'(.*?)'?$/is, read: (body: string) => body.replaceAll("''", "'") },
  { form: /^"(.*?)"?$/is, read: (body: string) => body.replaceAll('""', '"') },
  { form: /^\$(?!\d)[^$]*\$(.*?)(?:\$[^$]*\$)?$/is, read: (body: string) => body },
] as const;

/**
 * What a literal or a quoted name holds (PostgreSQL manual, 4.1.2 "Constants"), also one that isn't closed.
 * @param token as the splitter's lexer cuts it
 * @returns undefined for any other token
 */
export function literalText(token: string): string | undefined {
  for (const { form, read } of FORMS) {
    const body = form.exec(token)?.[1];
    if (body !== undefined) return read(body);
  }
  return undefined;
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
