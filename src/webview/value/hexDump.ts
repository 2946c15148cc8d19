const bytesALine = 16;

/**
 * The bytes of a `bytea` as lines of an offset, 16 bytes, and the characters that are ASCII.
 * @param text as the server prints it with `bytea_output` hex, `\x…`; of a long one the beginning
 * @returns undefined where it is printed in another way
 */
export function hexDump(text: string): string | undefined {
  if (!/^\\x[0-9a-f]*$/.test(text)) return undefined;
  const lines: string[] = [];
  for (let at = 2; at < text.length; at += 2 * bytesALine) {
    const bytes = text.slice(at, at + 2 * bytesALine).match(/../g) ?? [];
    const hex = [bytes.slice(0, 8).join(' '), bytes.slice(8).join(' ')].join('  ');
    const ascii = bytes.map((byte) => printable(parseInt(byte, 16))).join('');
    const offset = ((at - 2) / 2).toString(16).padStart(8, '0');
    lines.push(`${offset}  ${hex.padEnd(3 * bytesALine)}  ${ascii}`);
  }
  return lines.join('\n');
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
