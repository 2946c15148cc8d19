/** A row's values exactly as the server printed them; null is SQL NULL. */
export type Row = readonly (string | null)[];

/**
 * Rows as the server sends them, DataRow messages (PostgreSQL manual, 55.7 "Message Formats"): `D`, the length from
 * here on (4 bytes), the number of values (2 bytes), and for each its length (4 bytes, -1 for NULL) and its bytes.
 */
export const DATA_ROW = 'D'.charCodeAt(0);
/** Of any message: its type and its length. */
export const MESSAGE_HEADER_BYTES = 5;

/** Bytes of the message that begins at an offset, all of it; its header must be there. */
export const messageBytes = (bytes: Buffer, offset: number): number => 1 + bytes.readUInt32BE(offset + 1);

/** The values of the DataRow message that begins at an offset. */
export const decodeRow = (bytes: Buffer, offset: number): (string | null)[] => {
  const values: (string | null)[] = [];
  let at = offset + MESSAGE_HEADER_BYTES + 2;
  for (let left = bytes.readInt16BE(at - 2); left > 0; left--) {
    const length = bytes.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : bytes.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return values;
};

/** All rows of a series of DataRow messages. */
export const decodeRows = (messages: Buffer): (string | null)[][] => {
  const rows: (string | null)[][] = [];
  for (let at = 0; at < messages.length; at += messageBytes(messages, at)) rows.push(decodeRow(messages, at));
  return rows;
};

/** A row as a DataRow message. */
export const encodeRow = (values: Row): Buffer => {
  const texts = values.map((value) => (value === null ? null : Buffer.from(value, 'utf8')));
  const length = texts.reduce((sum, text) => sum + 4 + (text?.length ?? 0), MESSAGE_HEADER_BYTES + 2);
  const message = Buffer.allocUnsafe(length);
  message.writeUInt8(DATA_ROW, 0);
  message.writeUInt32BE(length - 1, 1);
  message.writeInt16BE(values.length, MESSAGE_HEADER_BYTES);
  let at = MESSAGE_HEADER_BYTES + 2;
  for (const text of texts) {
    message.writeInt32BE(text?.length ?? -1, at);
    at += 4 + (text?.copy(message, at + 4) ?? 0);
  }
  return message;
};

/**
 * A series of `count` rows with one more value before the others of each. Their number of values is 16 bits wide, and
 * PostgreSQL's own limit is 1664 (manual, appendix K "PostgreSQL Limits"), so there is room.
 */
export const prefixRows = (messages: Buffer, count: number, value: string): Buffer => {
  const text = Buffer.from(value, 'utf8');
  const added = 4 + text.length;
  const prefixed = Buffer.allocUnsafe(messages.length + count * added);
  const valuesOffset = MESSAGE_HEADER_BYTES + 2;
  for (let from = 0, to = 0; from < messages.length;) {
    const length = messageBytes(messages, from);
    prefixed.writeUInt8(DATA_ROW, to);
    prefixed.writeUInt32BE(length - 1 + added, to + 1);
    prefixed.writeInt16BE(messages.readInt16BE(from + MESSAGE_HEADER_BYTES) + 1, to + MESSAGE_HEADER_BYTES);
    prefixed.writeInt32BE(text.length, to + valuesOffset);
    text.copy(prefixed, to + valuesOffset + 4);
    messages.copy(prefixed, to + valuesOffset + added, from + valuesOffset, from + length);
    from += length;
    to += length + added;
  }
  return prefixed;
};

/**
 * Where the length of a value stands (4 bytes, -1 for NULL), which its bytes follow.
 * @param offset of the DataRow message
 * @param column from 0
 */
export const fieldOffset = (bytes: Buffer, offset: number, column: number): number => {
  let at = offset + MESSAGE_HEADER_BYTES + 2;
  for (let left = column; left > 0; left--) at += 4 + Math.max(bytes.readInt32BE(at), 0);
  return at;
};
