/**
 * Whether a value, which is `bytes` from `start` up to `end`, has a text in it.
 * @param matchCase whether capital and small letters differ
 */
export const textTest = (
  text: string,
  matchCase: boolean,
): ((bytes: Buffer, start: number, end: number) => boolean) => {
  if (matchCase) {
    const wanted = Buffer.from(text);
    return (bytes, start, end) => bytes.subarray(start, end).includes(wanted);
  }
  const wanted = text.toLowerCase();
  return (bytes, start, end) => bytes.toString('utf8', start, end).toLowerCase().includes(wanted);
};
