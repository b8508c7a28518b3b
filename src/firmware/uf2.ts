import { ImageError } from './errors.js';
import type { Segment } from './hex.js';

/** Words of a UF2 block (github.com/microsoft/uf2); the family is that of the RP2040. */
const magicStart0 = 0x0a324655;
const magicStart1 = 0x9e5d5157;
const magicEnd = 0x0ab16f30;
const flagNotMainFlash = 1;
const flagFamily = 0x2000;
const rp2040Family = 0xe48bff56;

const blockBytes = 512;
/** The RP2040's boot ROM takes blocks of this size alone, at multiples of it. */
const payloadBytes = 256;
/** What it erases at once. */
const sectorBytes = 4096;

/**
 * A UF2 file for the RP2040. Whole sectors are filled, with 0 where there is nothing: its boot ROM erases a sector with the first
 * block that lies in it, so that no byte of an older program stays between.
 */
export function writeUf2(segments: readonly Segment[]): Uint8Array {
  const sectors = new Map<number, Uint8Array>();
  for (const { address, bytes } of segments) {
    for (const [i, byte] of bytes.entries()) {
      const offset = (address + i) % sectorBytes;
      const start = address + i - offset;
      let sector = sectors.get(start);
      if (!sector) sectors.set(start, (sector = new Uint8Array(sectorBytes)));
      sector[offset] = byte;
    }
  }
  const perSector = sectorBytes / payloadBytes;
  const count = sectors.size * perSector;
  const file = new Uint8Array(count * blockBytes);
  const starts = Array.from(sectors.keys()).toSorted((a, b) => a - b);
  for (const [s, start] of starts.entries()) {
    for (let k = 0; k < perSector; k++) {
      const number = s * perSector + k;
      const block = file.subarray(number * blockBytes, (number + 1) * blockBytes);
      const view = new DataView(block.buffer, block.byteOffset, blockBytes);
      const words = [magicStart0, magicStart1, flagFamily, start + k * payloadBytes, payloadBytes, number, count];
      [...words, rp2040Family].forEach((word, i) => view.setUint32(4 * i, word, true));
      block.set(sectors.get(start)?.subarray(k * payloadBytes, (k + 1) * payloadBytes) ?? [], 32);
      view.setUint32(blockBytes - 4, magicEnd, true);
    }
  }
  return file;
}

/** Whether bytes begin as a UF2 file does. */
export function isUf2(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === magicStart0;
}

/**
 * The segments of a UF2 file for the RP2040; blocks that touch are joined.
 *
 * @throws ImageError that names the block: no block, of another family, out of order, or missing
 */
export function readUf2(file: Uint8Array): Segment[] {
  if (file.length === 0 || file.length % blockBytes > 0) {
    throw new ImageError(`UF2: ${file.length} bytes, not a number of whole blocks of ${blockBytes}`);
  }
  const pieces: { address: number; bytes: number[] }[] = [];
  const count = file.length / blockBytes;
  for (let number = 0; number < count; number++) {
    const at = number * blockBytes;
    const view = new DataView(file.buffer, file.byteOffset + at, blockBytes);
    const word = (i: number): number => view.getUint32(4 * i, true);
    const fail = (why: string): never => {
      throw new ImageError(`UF2, block ${number}: ${why}`);
    };
    if (word(0) !== magicStart0 || word(1) !== magicStart1 || word(127) !== magicEnd) fail('not a block of UF2');
    if (word(2) & flagNotMainFlash) continue;
    if (!(word(2) & flagFamily) || word(7) !== rp2040Family) fail('it is not for the RP2040');
    if (word(4) !== payloadBytes || word(3) % payloadBytes > 0) fail(`${word(4)} bytes for 0x${word(3).toString(16)}`);
    if (word(5) !== number || word(6) !== count) fail(`it says ${word(5)} of ${word(6)}, it is ${number} of ${count}`);
    const payload = file.subarray(at + 32, at + 32 + payloadBytes);
    const last = pieces.at(-1);
    if (last && last.address + last.bytes.length === word(3)) last.bytes.push(...payload);
    else pieces.push({ address: word(3), bytes: Array.from(payload) });
  }
  return pieces.map(({ address, bytes }) => ({ address, bytes: Uint8Array.from(bytes) }));
}
