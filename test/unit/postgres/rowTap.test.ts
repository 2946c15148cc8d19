import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { decodeRows, encodeRow, prefixRows, type Row } from '../../../src/postgres/dataRows.ts';
import { RowTap, type TakeRows } from '../../../src/postgres/rowTap.ts';

/** A message that isn't a row: its type, and content of any kind. */
const otherMessage = fc
  .tuple(fc.constantFrom('C', 'T', 'Z', 'N', 'd', 's', '1'), fc.uint8Array({ maxLength: 40 }))
  .map(([type, content]) => {
    const message = Buffer.alloc(5 + content.length);
    message.write(type, 0, 'latin1');
    message.writeUInt32BE(4 + content.length, 1);
    message.set(content, 5);
    return { message };
  });
const row: fc.Arbitrary<Row> = fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 30 })), {
  maxLength: 5,
});
const stream = fc.array(
  fc.oneof(
    otherMessage,
    row.map((values) => ({ values, message: encodeRow(values) })),
  ),
  {
    maxLength: 30,
  },
);
type Message = { readonly message: Buffer; readonly values?: Row };

/** What a tap makes of chunks: the rows that it hands over, what it passes on, and both in the order that they came. */
const read = (
  chunks: readonly Buffer[],
  { taken = true } = {},
): { rows: Row[]; passedOn: Buffer; order: string } => {
  const socket = new PassThrough();
  const rows: Row[] = [];
  const passedOn: Buffer[] = [];
  let order = '';
  socket.on('data', (bytes: Buffer) => {
    passedOn.push(Buffer.from(bytes));
    for (let at = 0; at < bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) order += 'o';
  });
  const tap = new RowTap();
  tap.attach(socket);
  if (taken) {
    tap.taker = (messages, count) => {
      const decoded = decodeRows(messages);
      assert.equal(decoded.length, count);
      rows.push(...decoded);
      order += 'r'.repeat(count);
    };
  }
  for (const chunk of chunks) socket.emit('data', chunk);
  return { rows, passedOn: Buffer.concat(passedOn), order };
};

const expected = (messages: readonly Message[]): ReturnType<typeof read> => ({
  rows: messages.flatMap(({ values }) => (values ? [values] : [])),
  passedOn: Buffer.concat(messages.filter(({ values }) => !values).map(({ message }) => message)),
  order: messages.map(({ values }) => (values ? 'r' : 'o')).join(''),
});

const bytesOf = (messages: readonly Message[]): Buffer =>
  Buffer.concat(messages.map(({ message }) => message));

describe('RowTap', () => {
  it('gives the same rows and other messages wherever the stream is split in two', () => {
    fc.assert(
      fc.property(stream, (messages: readonly Message[]) => {
        const bytes = bytesOf(messages);
        for (let at = 0; at <= bytes.length; at++) {
          const chunks = [bytes.subarray(0, at), bytes.subarray(at)].filter(({ length }) => length > 0);
          assert.deepEqual(read(chunks), expected(messages));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('does so byte by byte, and split at random', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), (messages: readonly Message[], places) => {
        const bytes = bytesOf(messages);
        const singly = [...bytes].map((byte) => Buffer.of(byte));
        assert.deepEqual(read(singly), expected(messages));
        const cuts = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort(
          (a, b) => a - b,
        );
        const chunks = cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut));
        assert.deepEqual(read(chunks.filter(({ length }) => length > 0)), expected(messages));
      }),
    );
  });

  it('passes everything on, rows too, while nobody takes them', () => {
    fc.assert(
      fc.property(stream, (messages: readonly Message[]) => {
        const bytes = bytesOf(messages);
        const { rows, passedOn } = read(bytes.length > 0 ? [bytes] : [], { taken: false });
        assert.deepEqual(rows, []);
        assert.deepEqual(passedOn, bytes);
      }),
    );
  });
});

describe('the socket of a RowTap', () => {
  it('gives all rows and all other messages, taken or not, also while it is paused now and then', async () => {
    const numbered = (at: number): Buffer => encodeRow([String(at), 'x'.repeat((at * 37) % 900)]);
    const rows = Array.from({ length: 2000 }, (_, at) => numbered(at));
    const long = encodeRow(['y'.repeat(300_000)]);
    const end = Buffer.from('Z\0\0\0\x05I', 'latin1');
    const sent = Buffer.concat([...rows.slice(0, 1000), long, ...rows.slice(1000), end]);
    const server = net.createServer((peer) => peer.on('data', () => peer.write(sent)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const tap = new RowTap();
    const socket = tap.makeSocket();
    try {
      const passedOn: Buffer[] = [];
      let ended: () => void = () => undefined;
      socket.on('data', (bytes: Buffer) => {
        passedOn.push(Buffer.from(bytes));
        if (bytes.subarray(-end.length).equals(end)) ended();
      });
      const exchange = async (): Promise<void> => {
        const done = new Promise<void>((resolve) => (ended = resolve));
        socket.write('next');
        await done;
      };
      socket.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
      await once(socket, 'connect');
      tap.attach(socket);
      for (const taken of [true, false, true]) {
        passedOn.length = 0;
        const got: Buffer[] = [];
        const take: TakeRows = (messages) => {
          got.push(Buffer.from(messages));
          socket.pause();
          setImmediate(() => socket.resume());
        };
        tap.taker = taken ? take : undefined;
        await exchange();
        assert.ok(Buffer.concat([...got, ...passedOn]).equals(sent));
        assert.equal(Buffer.concat(passedOn).length, taken ? end.length : sent.length);
      }
    } finally {
      socket.destroy();
      server.close();
    }
  });
});

describe('prefixRows', () => {
  it('puts a value before the others of each row', () => {
    fc.assert(
      fc.property(fc.array(row), fc.string({ unit: 'grapheme' }), (rows, value) => {
        const prefixed = prefixRows(Buffer.concat(rows.map(encodeRow)), rows.length, value);
        assert.deepEqual(
          decodeRows(prefixed),
          rows.map((values) => [value, ...values]),
        );
      }),
    );
  });
});
