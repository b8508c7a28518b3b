/** Bytes of a page, and how far they have been read. */
export interface PageReader {
  readonly bytes: Uint8Array;
  at: number;
}

/** The next byte; throws at the end. */
function next(reader: PageReader): number {
  const byte = reader.bytes[reader.at++];
  if (byte === undefined) throw new Error('a page that ends too early');
  return byte;
}

/** An unsigned number in groups of seven bits, the lowest first. */
function readVarInt(reader: PageReader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = next(reader);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new Error('a number of more than 64 bits');
}

function readSigned(reader: PageReader): bigint {
  const value = readVarInt(reader);
  return (value >> 1n) ^ -(value & 1n);
}

/**
 * `count` numbers of `width` bits in runs: one number repeated, or groups of eight packed one after the other. What a run
 * says beyond `count` isn't read, so that the work never exceeds what was asked for.
 *
 * @throws Error where the bytes end too early
 */
export function readRuns(reader: PageReader, width: number, count: number): Uint32Array {
  if (width > 32) throw new Error(`numbers of ${width} bits`);
  const values = new Uint32Array(count);
  for (let seen = 0; seen < count;) {
    const header = Number(readVarInt(reader));
    const packed = header % 2 === 1;
    const said = Math.floor(header / 2) * (packed ? 8 : 1);
    const length = Math.min(said, count - seen);
    if (packed) {
      const end = reader.at + (said * width) / 8;
      unpack(reader, width, values.subarray(seen, seen + length));
      reader.at = Math.min(end, reader.bytes.length);
    } else {
      let value = 0;
      for (let shift = 0; shift < width; shift += 8) value += next(reader) * 2 ** shift;
      values.fill(value, seen, seen + length);
    }
    seen += length;
  }
  return values;
}

/** Numbers of `width` bits one after the other, the lowest bit first. */
function unpack(reader: PageReader, width: number, values: Uint32Array): void {
  const size = 2 ** width;
  let bits = 0;
  let held = 0; // below 2^40, so a double has it exactly
  for (let i = 0; i < values.length; i++) {
    for (; bits < width; bits += 8) held += next(reader) * 2 ** bits;
    const rest = Math.floor(held / size);
    values[i] = held - rest * size;
    held = rest;
    bits -= width;
  }
}

/**
 * DELTA_BINARY_PACKED: a first number, then what each adds to the one before it, in blocks of miniblocks that have a width of
 * bits each.
 *
 * @throws Error where the bytes end too early, or say that there are others than `count` numbers
 */
export function readDeltas(reader: PageReader, count: number): BigInt64Array {
  const values = new BigInt64Array(count);
  if (count === 0) return values;
  const [block, miniblocks, total] = [readVarInt(reader), readVarInt(reader), readVarInt(reader)].map(Number);
  const length = block! / miniblocks!;
  if (!(Number.isInteger(length) && length > 0 && length % 8 === 0 && block! <= 2 ** 20)) {
    throw new Error(`${miniblocks} miniblocks in a block of ${block}`);
  }
  if (total !== count) throw new Error(`${total} numbers in a page of ${count}`);
  let value = readSigned(reader);
  values[0] = value;
  for (let seen = 1; seen < count;) {
    const least = readSigned(reader);
    const widths = Array.from({ length: miniblocks! }, () => next(reader));
    for (const width of widths) {
      if (seen === count) break;
      if (width > 64) throw new Error(`numbers of ${width} bits`);
      const end = reader.at + (length * width) / 8;
      const last = Math.min(count, seen + length);
      let bits = 0n;
      let held = 0n;
      const wide = BigInt(width);
      for (; seen < last; seen++) {
        for (; bits < wide; bits += 8n) held |= BigInt(next(reader)) << bits;
        value = BigInt.asIntN(64, value + least + BigInt.asUintN(width, held));
        values[seen] = value;
        held >>= wide;
        bits -= wide;
      }
      reader.at = Math.min(end, reader.bytes.length);
    }
  }
  return values;
}

/** More characters than this in the texts of a page are damage. */
const mostCharacters = 2 ** 28;

/**
 * DELTA_LENGTH_BYTE_ARRAY, the lengths of all texts and then the texts, or with `shared` DELTA_BYTE_ARRAY, before them how
 * many bytes each has in common with the beginning of the one before it.
 */
export function readTexts(reader: PageReader, count: number, shared: boolean): Uint8Array[] {
  const prefixes = shared ? readDeltas(reader, count) : new BigInt64Array(count);
  const lengths = readDeltas(reader, count);
  const texts: Uint8Array[] = [];
  let before = new Uint8Array();
  let all = 0;
  for (let i = 0; i < count; i++) {
    const prefix = Number(prefixes[i]);
    const length = Number(lengths[i]);
    all += prefix + length;
    if (!(prefix >= 0 && prefix <= before.length && length >= 0 && reader.at + length <= reader.bytes.length)) {
      throw new Error(`a text of ${prefix} + ${length} bytes`);
    }
    if (all > mostCharacters) throw new Error(`texts of more than ${mostCharacters} bytes in a page`);
    const text = new Uint8Array(prefix + length);
    text.set(before.subarray(0, prefix));
    text.set(reader.bytes.subarray(reader.at, reader.at + length), prefix);
    reader.at += length;
    texts.push(text);
    before = text;
  }
  return texts;
}
