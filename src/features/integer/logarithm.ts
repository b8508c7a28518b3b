import { ln } from '../../math/index.js';

/** Pieces of the table: 2^5 of an octave. */
const pieceBits = 5;

/** round(2^15 log2(1 + i / 32)) for i = 0 .. 32. */
export const logarithms: Uint16Array = /* @__PURE__ */ Uint16Array.from({ length: (1 << pieceBits) + 1 }, (_, i) =>
  Math.round((32768 * ln(1 + i / (1 << pieceBits))) / ln(2)),
);

/** log2(m) in units of 2^-10 of a whole number 0 < m < 2^32: 32 straight pieces an octave. */
export function logarithm(m: number): number {
  const top = 31 - Math.clz32(m);
  const fraction = (m << (31 - top)) & 0x7fffffff; // of m / 2^top, 31 bits
  const piece = fraction >>> (31 - pieceBits);
  const rest = (fraction >>> (31 - pieceBits - 16)) & 0xffff;
  const from = logarithms[piece];
  const value = from + (((logarithms[piece + 1] - from) * rest) >>> 16);
  return (top << 10) + ((value + 16) >> 5);
}
