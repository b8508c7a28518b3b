import { ImageError } from './errors.js';

/** A run of bytes at an address. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Intel HEX text of the segments: 16 data bytes a record, extended linear addresses above 64 KB, an end record. */
export function writeHex(segments: readonly Segment[]): string {
  const lines: string[] = [];
  let page = 0;
  for (const { address, bytes } of segments) {
    for (let at = 0; at < bytes.length;) {
      const where = address + at;
      if (where >>> 16 !== page) {
        page = where >>> 16;
        lines.push(record(0, 4, [page >> 8, page & 255]));
      }
      // A record must not cross a 64 KB border.
      const count = Math.min(16, bytes.length - at, 0x10000 - (where & 0xffff));
      lines.push(record(where & 0xffff, 0, bytes.subarray(at, at + count)));
      at += count;
    }
  }
  lines.push(record(0, 1, []));
  return `${lines.join('\n')}\n`;
}

function record(address: number, type: number, data: ArrayLike<number>): string {
  const bytes = [data.length, address >> 8, address & 255, type, ...Array.from(data)];
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return `:${[...bytes, -sum & 255].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')}`;
}

/**
 * The segments of an Intel HEX text, by address; touching records are joined.
 *
 * @throws ImageError that names the line: not a record, a wrong length or checksum, an unknown record type, two records
 * for the same address, no end record, or text after it.
 */
export function readHex(text: string): Segment[] {
  const pieces: { address: number; bytes: number[] }[] = [];
  let base = 0;
  let ended = false;
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const fail = (why: string): never => {
      throw new ImageError(`Intel HEX, line ${i + 1}: ${why}`);
    };
    if (ended) fail('there is text after the end record');
    const { address, type, data } = parseRecord(line, fail);
    if (type === 0) {
      const last = pieces.at(-1);
      if (last && last.address + last.bytes.length === base + address) last.bytes.push(...data);
      else pieces.push({ address: base + address, bytes: data });
    } else if (type === 1) ended = true;
    else if (type === 2 && data.length === 2) base = ((data[0] << 8) | data[1]) * 16;
    else if (type === 4 && data.length === 2) base = ((data[0] << 8) | data[1]) * 65536;
    else if (type !== 3 && type !== 5)
      fail(`record type ${type} with ${data.length} bytes is none that this reader knows`);
  }
  if (!ended) throw new ImageError('Intel HEX: there is no end record, the text is cut off or no HEX file');
  return join(pieces);
}

function parseRecord(line: string, fail: (why: string) => never): { address: number; type: number; data: number[] } {
  if (!/^:([0-9A-Fa-f]{2}){5,}$/.test(line)) fail('not a record (a colon and pairs of hexadecimal digits)');
  const bytes = Array.from({ length: (line.length - 1) / 2 }, (_, k) => parseInt(line.slice(1 + 2 * k, 3 + 2 * k), 16));
  if (bytes.length !== bytes[0] + 5) fail(`the record says ${bytes[0]} data bytes and has ${bytes.length - 5}`);
  const sum = bytes.reduce((total, byte) => total + byte, 0) & 255;
  if (sum !== 0) fail('the checksum is wrong');
  return { address: (bytes[1] << 8) | bytes[2], type: bytes[3], data: bytes.slice(4, -1) };
}

function join(pieces: { address: number; bytes: number[] }[]): Segment[] {
  const sorted = [...pieces].sort((a, b) => a.address - b.address);
  const joined: { address: number; bytes: number[] }[] = [];
  for (const piece of sorted) {
    const last = joined.at(-1);
    const end = last ? last.address + last.bytes.length : -1;
    if (last && piece.address < end) {
      throw new ImageError(`Intel HEX: two records write to address 0x${piece.address.toString(16)}`);
    }
    if (last && piece.address === end) for (const byte of piece.bytes) last.bytes.push(byte);
    else joined.push({ address: piece.address, bytes: piece.bytes });
  }
  return joined.map(({ address, bytes }) => ({ address, bytes: Uint8Array.from(bytes) }));
}
