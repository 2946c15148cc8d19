/** A length of time in words as short as they can be: `0.4 ms`, `12 ms`, `1.24 s`, `2 min 03 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.995) return `${seconds.toFixed(2)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** The same for a time that goes on: in tenths of a second, so that it can be read while it changes. */
export function runningTime(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : duration(milliseconds);
}

/** `1 row`, `12,000 rows`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** The last part of a file's path. */
export function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
}

/** What became of the rows, for command tags that end with how many there were. */
const rowTags: Readonly<Record<string, string>> = {
  SELECT: 'selected',
  INSERT: 'inserted',
  UPDATE: 'updated',
  DELETE: 'deleted',
  MERGE: 'merged',
  COPY: 'copied',
  FETCH: 'fetched',
  MOVE: 'moved over',
};

/** What was done to the object that the rest of the tag names. */
const objectTags: Readonly<Record<string, string>> = {
  CREATE: 'created',
  ALTER: 'altered',
  DROP: 'dropped',
  TRUNCATE: 'truncated',
  REFRESH: 'refreshed',
};

const sentences: Readonly<Record<string, string>> = {
  BEGIN: 'Transaction begun.',
  'START TRANSACTION': 'Transaction begun.',
  COMMIT: 'Transaction committed.',
  ROLLBACK: 'Transaction rolled back.',
  SAVEPOINT: 'Savepoint set.',
  RELEASE: 'Savepoint released.',
  SET: 'Setting changed.',
  RESET: 'Setting reset.',
  GRANT: 'Privileges granted.',
  REVOKE: 'Privileges revoked.',
};

/** A command tag as a sentence: `UPDATE 3` is "3 rows updated.", `CREATE TABLE` is "Table created." */
export function tagInWords(tag: string | undefined): string {
  if (!tag) return 'Done: there was nothing to run.';
  // A command of psql's: what it has to say are its notices.
  if (tag.startsWith('\\')) return '';
  const sentence = sentences[tag];
  if (sentence) return sentence;
  const [verb = '', ...rest] = tag.split(' ');
  const rows = Number(rest.at(-1));
  const onRows = rowTags[verb];
  if (onRows && Number.isInteger(rows)) return `${counted(rows, 'row')} ${onRows}.`;
  const onObject = objectTags[verb];
  const object = rest.join(' ').toLowerCase();
  if (onObject && object) return `${object.charAt(0).toUpperCase()}${object.slice(1)} ${onObject}.`;
  return `Done: ${tag}.`;
}

/** The word that says what a statement is, for as long as the server's tag is not known. */
export function firstKeyword(sql: string): string {
  const command = /^\\\S+/.exec(sql)?.[0];
  if (command !== undefined) return command;
  const bare = sql.replace(/^([\s(]|\/\*.*?\*\/)+/s, '');
  return /^[a-z]+/i.exec(bare)?.[0].toUpperCase() ?? 'SQL';
}
