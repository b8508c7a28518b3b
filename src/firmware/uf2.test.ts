import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../math/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { encodeBlob } from './blob.js';
import { ImageError } from './errors.js';
import { picoImage, picoUf2 } from './targets/pico.js';
import { isUf2, readUf2, writeUf2 } from './uf2.js';

describe('UF2', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i);
  const file = Buffer.from(writeUf2([{ address: 0x10000010, bytes }]));

  it('lays out a block as the specification says', () => {
    expect(file.subarray(0, 8).toString('latin1')).toBe('UF2\nWQ\x5d\x9e');
    expect(file.subarray(508, 512).toString('hex')).toBe('306fb10a');
    const words = (block: number) => Array.from({ length: 6 }, (_, i) => file.readUInt32LE(512 * block + 8 + 4 * i));
    // Flags (family given), address, payload, number, of how many, family.
    expect(words(0)).toEqual([0x2000, 0x10000000, 256, 0, 16, 0xe48bff56]);
    expect(words(15)).toEqual([0x2000, 0x10000f00, 256, 15, 16, 0xe48bff56]);
  });

  it('fills whole sectors, which is what the boot ROM erases', () => {
    expect(file).toHaveLength(16 * 512);
    const [{ address, bytes: read }, ...more] = readUf2(file);
    expect([address, read.length, more.length]).toEqual([0x10000000, 4096, 0]);
    expect(read.subarray(0x10, 0x10 + 300)).toEqual(bytes);
    expect(Math.max(...read.subarray(0, 0x10), ...read.subarray(0x10 + 300))).toBe(0);
  });

  it('gives back every byte of any segments', () => {
    fc.assert(
      fc.property(fc.nat(20000), fc.nat(9000), fc.uint8Array({ minLength: 1, maxLength: 5000 }), (at, gap, part) => {
        const second = 0x10000000 + at + part.length + gap;
        const read = readUf2(
          writeUf2([
            { address: second, bytes: part },
            { address: 0x10000000 + at, bytes: part },
          ]),
        );
        for (const start of [0x10000000 + at, second]) {
          const holder = read.findLast(({ address }) => address <= start);
          const from = start - (holder?.address ?? 0);
          expect(Buffer.compare(part, holder?.bytes.subarray(from, from + part.length) ?? part.subarray(1))).toBe(0);
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['is cut off', (f: Buffer) => f.subarray(0, 700), /700 bytes, not a number of whole blocks/],
    ['misses a block', (f: Buffer) => f.subarray(512), /block 0: it says 1 of 16, it is 0 of 15/],
    ['has no magic', (f: Buffer) => f.fill(0, 1024, 1028), /block 2: not a block of UF2/],
    ['is for another family', (f: Buffer) => f.fill(0, 28, 32), /block 0: it is not for the RP2040/],
    ['is empty', () => Buffer.alloc(0), /0 bytes/],
  ])('refuses a file that %s', (_, damage, message) => {
    expect(() => readUf2(damage(Buffer.from(file)))).toThrow(ImageError);
    expect(() => readUf2(damage(Buffer.from(file)))).toThrow(message);
    expect(isUf2(file)).toBe(true);
    expect(isUf2(Buffer.from(':00000001FF'))).toBe(false);
  });
});

describe('picoUf2', () => {
  /** The order of a number's bits turned round. */
  const mirrored = (value: number, bits: number): number =>
    Array.from({ length: bits }, (_, i) => ((value >>> i) & 1) * 2 ** (bits - 1 - i)).reduce(
      (sum, bit) => sum + bit,
      0,
    );

  it('begins with a second stage whose checksum the boot ROM accepts', async () => {
    const [{ address, bytes }] = readUf2(await picoUf2(randomNetwork(new Random(1))));
    expect(address).toBe(0x10000000);
    // The ROM's CRC-32 runs over mirrored bits and isn't inverted at the end; otherwise it is the one of gzip.
    const gzip = crc32(bytes.subarray(0, 252).map((byte) => mirrored(byte, 8)));
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect(view.getUint32(252, true)).toBe(mirrored(~gzip >>> 0, 32));
    // Behind it stand the vectors: the end of RAM, and code of this image with the bit of Thumb.
    expect(view.getUint32(256, true)).toBe(0x20042000);
    expect(view.getUint32(260, true) & 1).toBe(1);
  });

  it('holds the network where the program looks for it', async () => {
    const network = randomNetwork(new Random(2));
    const { blobAddress, flashBytes } = await picoImage(network);
    const [{ bytes }] = readUf2(await picoUf2(network));
    const blob = encodeBlob(network);
    const from = blobAddress - 0x10000000;
    expect(bytes.subarray(from, from + blob.length)).toEqual(blob);
    expect(flashBytes).toBe(from + blob.length);
  });
});
