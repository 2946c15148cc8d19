/**
 * Tells a waiting person what is going on. Goes to stderr, so that stdout holds results alone.
 *
 * @param {string} message one line, without a line break at its end
 */
export function progress(message) {
  process.stderr.write(`${message}\n`);
}

/** Something that this machine lacks and that we can't install; the message tells a person what to do about it. */
export class Unavailable extends Error {
  /** @override */
  name = 'Unavailable';
}
