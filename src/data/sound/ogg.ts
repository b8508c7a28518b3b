import { DataError } from '../errors.js';

/** The packets of the first stream of an Ogg file. */
export interface OggStream {
  readonly packets: readonly Uint8Array[];
  /** The last page's position: samples up to its end, in the codec's own rate; -1 where no page says it. */
  readonly position: number;
}

/**
 * Reads the pages of an Ogg file (RFC 3533) and joins their pieces to packets. Pages are checked by their checksums.
 *
 * @throws DataError where the file is no Ogg, damaged or cut off
 */
export function readOgg(bytes: Uint8Array, file: string): OggStream {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 0) throw new DataError(`${file} is empty; remove it or record it again`);
  if (bytes.length < 27 || view.getUint32(0) !== capture) {
    throw new DataError(`${file} is no Ogg file (it doesn't begin with OggS)`);
  }
  const damaged = (at: number, what: string) =>
    new DataError(`${file} is damaged at byte ${at}: ${what}; copy it again`);
  const packets: Uint8Array[] = [];
  const stream = view.getUint32(14, true);
  let pieces: Uint8Array[] = [];
  let position = -1;
  let sequence = 0;
  for (let at = 0; at < bytes.length;) {
    if (at + 27 > bytes.length) throw damaged(at, 'the file ends within a page');
    if (view.getUint32(at) !== capture || bytes[at + 4] !== 0) throw damaged(at, 'no page begins there');
    const segments = bytes[at + 26];
    const start = at + 27 + segments;
    let end = start;
    for (let i = 0; i < segments; i++) end += bytes[at + 27 + i] ?? 0;
    if (end > bytes.length) throw damaged(at, 'the file ends within a page');
    if (checksum(bytes, at, end) !== view.getUint32(at + 22, true))
      throw damaged(at, 'a page differs from its checksum');
    if (view.getUint32(at + 14, true) === stream) {
      if (view.getUint32(at + 18, true) !== sequence++) throw damaged(at, 'a page is missing before it');
      let from = start;
      let to = start;
      for (let i = 0; i < segments; i++) {
        const length = bytes[at + 27 + i];
        to += length;
        if (length === 255) continue;
        pieces.push(bytes.subarray(from, to));
        packets.push(joined(pieces));
        pieces = [];
        from = to;
      }
      if (to > from) pieces.push(bytes.subarray(from, to)); // the packet goes on on the next page
      const granule = view.getBigInt64(at + 6, true);
      if (granule >= 0n) position = Number(granule);
    }
    at = end;
  }
  if (pieces.length > 0) throw damaged(bytes.length, 'the file ends within a packet');
  return { packets, position };
}

/** "OggS". */
const capture = 0x4f676753;

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Remainders of Ogg's polynomial 0x04c11db7. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** The checksum of a page, its own four bytes taken as zeros. */
function checksum(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) {
    const byte = i >= from + 22 && i < from + 26 ? 0 : bytes[i];
    crc = (crc << 8) ^ remainders[(crc >>> 24) ^ byte];
  }
  return crc >>> 0;
}
