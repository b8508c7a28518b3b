import { powerOfTwo } from '../../math/index.js';

/** The value of a float16 (IEEE 754 binary16) given by its 16 bits; exact. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * powerOfTwo(-24);
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * powerOfTwo(exponent - 25);
}
