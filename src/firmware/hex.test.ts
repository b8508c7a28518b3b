import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageError } from './errors.js';
import { readHex, writeHex } from './hex.js';

describe('Intel HEX', () => {
  it('reads the example of the format’s specification', () => {
    const text = ':10010000214601360121470136007EFE09D2190140\n:00000001FF\n';
    const [{ address, bytes }] = readHex(text);
    expect(address).toBe(0x100);
    expect(bytes).toEqual(Uint8Array.from(Buffer.from('214601360121470136007EFE09D21901', 'hex')));
    expect(writeHex([{ address, bytes }])).toBe(text);
  });

  it('gives back any segments, also across 64 KB', () => {
    fc.assert(
      fc.property(
        fc.nat(0x30000),
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.nat(1000),
        (start, bytes, gap) => {
          const segments = [
            { address: start, bytes },
            { address: start + bytes.length + 1 + gap, bytes: bytes.toReversed() },
          ];
          expect(readHex(writeHex(segments))).toEqual(segments);
        },
      ),
    );
  });

  it('joins touching records in any order, and takes CRLF and segment addresses', () => {
    const lines = [':0200000211007B'.replace('7B', 'EB'), ':01000100AA54', ':01000000BB44', ':00000001FF'];
    expect(readHex(lines.join('\r\n'))).toEqual([{ address: 0x11000, bytes: Uint8Array.of(0xbb, 0xaa) }]);
  });

  it.each([
    ['no HEX at all', 'hello', /line 1: not a record/],
    ['an odd digit', ':0000000', /line 1: not a record/],
    ['a wrong length', ':0300000001FC\n', /line 1: the record says 3 data bytes and has 1/],
    ['a wrong checksum', ':0100000001FF\n', /line 1: the checksum is wrong/],
    ['an unknown type', ':00000009F7\n', /line 1: record type 9/],
    ['no end', ':0100000001FE\n', /no end record/],
    ['text behind the end', ':00000001FF\n:0100000001FE\n', /line 2: there is text after/],
    ['two records for one place', ':0100000001FE\n:0100000002FD\n:00000001FF\n', /address 0x0/],
  ])('refuses %s', (_, text, message) => {
    expect(() => readHex(text)).toThrow(ImageError);
    expect(() => readHex(text)).toThrow(message);
  });
});
