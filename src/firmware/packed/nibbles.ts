/**
 * A weight of 4 bits is an int8 weight that is a multiple of 16 (docs/integer-network.md, "Storage"): its upper half is stored, the lower
 * one is 0. So `byte & 0xf0`, or `byte << 4`, is the int8 weight itself: no table, no sign to extend, no other shift.
 */
export function upperHalf(value: number): number {
  return value & 0xf0;
}

/** Two 4-bit weights in a byte, the earlier one in the upper half. */
export function pair(first: number, second: number): number {
  return upperHalf(first) | (upperHalf(second) >> 4);
}

/** A byte's int8 weights, in their order. */
export function weightsOf(byte: number): [number, number] {
  return [((byte & 0xf0) << 24) >> 24, ((byte & 0x0f) << 28) >> 24];
}
