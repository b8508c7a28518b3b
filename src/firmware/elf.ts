import { ImageError } from './errors.js';
import type { Segment } from './hex.js';

/** A symbol of a linked program. */
export interface ElfSymbol {
  readonly name: string;
  /** Of a Thumb function without its lowest bit. */
  readonly address: number;
  readonly bytes: number;
  readonly isFunction: boolean;
}

/** What a linked 32-bit program consists of. */
export interface Elf {
  /** What is loaded, at the addresses where it lies in flash. */
  readonly segments: readonly Segment[];
  readonly symbols: readonly ElfSymbol[];
}

const loadable = 1;
const symbolTable = 2;
const thumbFunction = 2;

/**
 * Reads a 32-bit little-endian ELF file as a linker writes it.
 *
 * @throws ImageError when the bytes are none.
 */
export function readElf(bytes: Uint8Array): Elf {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 52 || view.getUint32(0, false) !== 0x7f454c46 || bytes[4] !== 1 || bytes[5] !== 1) {
    throw new ImageError('ELF: not a 32-bit little-endian program');
  }
  const word = (at: number) => view.getUint32(at, true);
  const half = (at: number) => view.getUint16(at, true);
  const table = (start: number, size: number, count: number) =>
    Array.from({ length: count }, (_, k) => start + k * size);

  const segments = table(word(28), half(42), half(44))
    .filter((at) => word(at) === loadable && word(at + 16) > 0)
    .map((at) => ({ address: word(at + 12), bytes: bytes.slice(word(at + 4), word(at + 4) + word(at + 16)) }));

  const sections = table(word(32), half(46), half(48));
  const symbols = sections
    .filter((at) => word(at + 4) === symbolTable)
    .flatMap((section) => {
      const names = word(sections[word(section + 24)] + 16);
      return table(word(section + 16), 16, word(section + 20) / 16).map((at) => {
        const value = word(at + 4);
        const name = bytes.subarray(names + word(at), bytes.indexOf(0, names + word(at)));
        const isFunction = (bytes[at + 12] & 15) === thumbFunction;
        return {
          name: new TextDecoder().decode(name),
          address: isFunction ? (value & ~1) >>> 0 : value,
          bytes: word(at + 8),
          isFunction,
        };
      });
    });
  return { segments, symbols };
}
