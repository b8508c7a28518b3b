import { pair, upperHalf, weightsOf } from './nibbles.js';
import type { PackedLayout } from './layout.js';

/** The columns of each group of 8, with whether its weight is not 0: the bits of its mask, the first column in the lowest. */
function maskOf(values: Int8Array, first: number): number {
  let mask = 0;
  for (let k = 0; k < 8; k++) mask |= (values[first + k] ?? 0) !== 0 ? 1 << k : 0;
  return mask;
}

const groups = (columns: number): number => Math.ceil(columns / 8);

/** Going through the columns of a mask: its bits fall out below, and a 1 that went in above says when all of them have. */
const avrMasks = (name: string, columns: number, counter: string, nonzero: string): string => `
    ldi r18, ${groups(columns) + 1}; mov ${counter}, r18
    @${name}_f: dec ${counter}; breq @${name}_end; lpm r17, Z+; sec; ror r17; rjmp @${name}_t
    @${name}_n: lsr r17; breq @${name}_f
    @${name}_t: brcs @${name}_w; adiw r26, 2; rjmp @${name}_n
    @${name}_w: ${nonzero}
    rjmp @${name}_n
    @${name}_end:
  `;

/**
 * A bit an entry: for each 8 columns a byte that says which of them have a weight, the first column in its lowest bit, then these weights,
 * a byte each. Bits beyond the last column are 0.
 *
 * ```
 * 0 0 5 0 0 0 0 -1 | 0 7   ->  0x84 5 0xff, 0x02 7
 * ```
 */
export const bitmap: PackedLayout = {
  takesColumns: true,

  encode(values) {
    const bytes: number[] = [];
    for (let first = 0; first < values.length; first += 8) {
      bytes.push(maskOf(values, first));
      for (const value of values.subarray(first, first + 8)) if (value !== 0) bytes.push(value & 255);
    }
    return bytes;
  },

  decode(next, columns) {
    const values = new Array<number>(columns).fill(0);
    for (let first = 0; first < columns; first += 8) {
      const mask = next();
      for (let k = 0; k < 8; k++) if (mask & (1 << k)) values[first + k] = (next() << 24) >> 24;
    }
    return values;
  },

  c: `/* sum + a row of weights times v: of each 8 columns a mask, then a weight a bit that is set; *row moves on behind it */
static int32_t FUNCTION(const uint8_t **row, uint8_t columns, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row;
  uint16_t first;
  for (first = 0; first < columns; first = (uint16_t)(first + 8u)) {
    const int16_t *operand = &v[first];
    uint8_t mask;
    for (mask = READ(at++); mask; mask >>= 1, operand++) {
      if (mask & 1u) sum += (int32_t)(int8_t)READ(at++) * *operand;
    }
  }
  *row = at;
  return sum;
}
`,

  /** 23 cycles a nonzero with 3 bytes, 26 with 4, 7 a column without weight, 9 a mask. */
  avr: ({ name, columns, counter, accumulate }) =>
    avrMasks(name, columns, counter, `lpm r18, Z+; ld r19, X+; ld r20, X+\n${accumulate('r18')}`),
};

/**
 * The same with 4-bit weights, two a byte, the earlier one in the upper half. A byte stands where its first weight is needed: it may
 * hold the last weight of one mask and the first of a later one. The lower half of a row's last byte may be left over, and is 0.
 *
 * ```
 * 0 0 16 0 0 0 0 -16 | 0 32   ->  0x84 0x1f, 0x02 0x20
 * 0 0 16 0 0 0 0   0 | 0 32   ->  0x04 0x12, 0x02
 * ```
 */
export const bitmap4: PackedLayout = {
  takesColumns: true,

  encode(values) {
    const bytes: number[] = [];
    let open = -1; // the byte whose lower half is free
    for (let first = 0; first < values.length; first += 8) {
      bytes.push(maskOf(values, first));
      for (const value of values.subarray(first, first + 8)) {
        if (value === 0) continue;
        if (open >= 0) {
          bytes[open] = pair(bytes[open], value);
          open = -1;
        } else open = bytes.push(upperHalf(value)) - 1;
      }
    }
    return bytes;
  },

  decode(next, columns) {
    const values = new Array<number>(columns).fill(0);
    let kept: number | undefined; // the second weight of a byte
    for (let first = 0; first < columns; first += 8) {
      const mask = next();
      for (let k = 0; k < 8; k++) {
        if (!(mask & (1 << k))) continue;
        const [one, two] = kept === undefined ? weightsOf(next()) : [kept, undefined];
        values[first + k] = one;
        kept = two;
      }
    }
    return values;
  },

  c: `/* sum + a row of 4-bit weights times v: of each 8 columns a mask, then a weight a bit that is set, two a byte; *row moves on behind it */
static int32_t FUNCTION(const uint8_t **row, uint8_t columns, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row;
  uint8_t two = 0, half = 0; /* whether the lower half of \`two\` is still to come */
  uint16_t first;
  for (first = 0; first < columns; first = (uint16_t)(first + 8u)) {
    const int16_t *operand = &v[first];
    uint8_t mask;
    for (mask = READ(at++); mask; mask >>= 1, operand++) {
      if (!(mask & 1u)) continue;
      if (half) two = (uint8_t)(two << 4);
      else two = READ(at++);
      half = !half;
      sum += (int32_t)(int8_t)(two & 0xf0u) * *operand;
    }
  }
  *row = at;
  return sum;
}
`,

  /** 27.5 cycles a nonzero with 3 bytes, 30.5 with 4, 7 a column without weight, 9 a mask. r16: the weight to come, and a 1 below. */
  avr: ({ name, columns, counter, accumulate }) =>
    `clr r16\n${avrMasks(
      name,
      columns,
      counter,
      `sbrc r16, 0; rjmp @${name}_k; lpm r18, Z+; mov r16, r18; swap r16; ori r16, 1; rjmp @${name}_g
      @${name}_k: mov r18, r16; clr r16
      @${name}_g: andi r18, 240; ld r19, X+; ld r20, X+
      ${accumulate('r18')}`,
    )}`,
};
