/** A file or folder to put into an archive. */
export interface TarEntry {
  /** Path below the folder that the archive is unpacked in. At most 100 bytes. */
  readonly name: string;
  /** Permissions, `0o600`. */
  readonly mode: number;
  /** What is in the file; absent for a folder. */
  readonly content?: string;
}

/** Numbers of an account and its group. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const BLOCK = 512;

/**
 * Makes an archive in POSIX' ustar format (IEEE Std 1003.1, pax, "ustar Interchange Format"), in which all belongs
 * to one account.
 */
export const tar = (entries: readonly TarEntry[], owner: Owner): Buffer =>
  // Two empty blocks end it.
  Buffer.concat([
    ...entries.flatMap((entry) => [header(entry, owner), body(entry)]),
    Buffer.alloc(2 * BLOCK),
  ]);

const header = ({ name, mode, content }: TarEntry, { uid, gid }: Owner): Buffer => {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long a name for an archive.`);
  const block = Buffer.alloc(BLOCK);
  const number = (value: number, offset: number, length: number): void => {
    block.write(value.toString(8).padStart(length - 1, '0'), offset, 'latin1');
  };
  block.write(name, 0);
  number(mode, 100, 8);
  number(uid, 108, 8);
  number(gid, 116, 8);
  number(content === undefined ? 0 : Buffer.byteLength(content), 124, 12);
  number(Math.floor(Date.now() / 1000), 136, 12);
  block.write(content === undefined ? '5' : '0', 156);
  block.write('ustar\0' + '00', 257, 'latin1');
  // The sum is taken with its own field full of spaces.
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
};

const body = ({ content = '' }: TarEntry): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
};
