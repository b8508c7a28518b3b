import { upperHalf } from './nibbles.js';
import type { PackedLayout } from './layout.js';

/** The largest gap that half a byte holds. */
const largestGap = 15;

/**
 * The entries of a row: a weight, and its gap, the columns without weight between the entry before and this one. A gap above 15 takes
 * entries of weight 0 in it.
 */
function entriesOf(values: Int8Array): { gap: number; weight: number }[] {
  const entries: { gap: number; weight: number }[] = [];
  let next = 0; // the column behind the entry before
  for (const [column, weight] of values.entries()) {
    if (weight === 0) continue;
    for (; column - next > largestGap; next += largestGap + 1) entries.push({ gap: largestGap, weight: 0 });
    entries.push({ gap: column - next, weight });
    next = column + 1;
  }
  return entries;
}

/** Passes the columns of the gap in r16. */
const avrGap = 'andi r16, 15; lsl r16; clr r19; add r26, r16; adc r27, r19';

/**
 * Gaps of half a byte: the count of entries, then for every two entries a byte with both gaps, that of the earlier one in the upper half,
 * and their two weights. Of an odd count the first entry comes alone, its gap in the lower half of a byte.
 *
 * ```
 * 0 0 5 0 0 0 0 -1       ->  2, 0x24 5 0xff
 * 0 0 5 0 0 0 0 -1 0 7   ->  3, 0x02 5, 0x41 0xff 7
 * ```
 */
export const delta: PackedLayout = {
  takesColumns: false,

  encode(values) {
    const entries = entriesOf(values);
    const bytes = [entries.length];
    for (let k = -(entries.length % 2); k < entries.length; k += 2) {
      const two = entries.slice(Math.max(0, k), k + 2);
      bytes.push(
        two.reduce((gaps, { gap }) => (gaps << 4) | gap, 0),
        ...two.map(({ weight }) => weight & 255),
      );
    }
    return bytes;
  },

  decode(next, columns) {
    const values = new Array<number>(columns).fill(0);
    const count = next();
    let column = 0;
    let gaps = 0;
    for (let k = count % 2; k < count + (count % 2); k++) {
      if (k % 2 === 0 || k === count % 2) gaps = next();
      column += k % 2 === 0 ? gaps >> 4 : gaps & 15;
      values[column++] = (next() << 24) >> 24;
    }
    return values;
  },

  c: `/* sum + a row of weights times v: a count, then of every two weights the columns passed before each, and both; *row moves on behind it */
static int32_t FUNCTION(const uint8_t **row, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row;
  uint8_t n = READ(at++);
  if (n & 1u) {
    v += READ(at++);
    sum += (int32_t)(int8_t)READ(at++) * *v++;
  }
  for (n /= 2; n; n--) {
    uint8_t gaps = READ(at++);
    v += gaps >> 4;
    sum += (int32_t)(int8_t)READ(at++) * *v++;
    v += gaps & 15u;
    sum += (int32_t)(int8_t)READ(at++) * *v++;
  }
  *row = at;
  return sum;
}
`,

  /** 25 cycles a nonzero with 3 bytes, 28 with 4. */
  avr: ({ name, counter, accumulate }) => `
    lpm r18, Z+; lsr r18; brcs @${name}_o; mov ${counter}, r18; brne @${name}_0; rjmp @${name}_end
    @${name}_o: inc r18; mov ${counter}, r18; lpm r17, Z+; rjmp @${name}_l
    @${name}_0: lpm r17, Z+; mov r16, r17; swap r16; ${avrGap}; lpm r18, Z+; ld r19, X+; ld r20, X+
    ${accumulate('r18')}
    @${name}_l: mov r16, r17; ${avrGap}; lpm r18, Z+; ld r19, X+; ld r20, X+
    ${accumulate('r18')}
    dec ${counter}; brne @${name}_0
    @${name}_end:
  `,
};

/**
 * The same with 4-bit weights: the count of entries, then a byte each, its weight in the upper half, its gap in the lower.
 *
 * ```
 * 0 0 16 0 0 0 0 -16   ->  2, 0x12 0xf4
 * ```
 */
export const delta4: PackedLayout = {
  takesColumns: false,

  encode(values) {
    const entries = entriesOf(values);
    return [entries.length, ...entries.map(({ gap, weight }) => upperHalf(weight) | gap)];
  },

  decode(next, columns) {
    const values = new Array<number>(columns).fill(0);
    let column = 0;
    for (let n = next(); n > 0; n--) {
      const byte = next();
      column += byte & 15;
      values[column++] = (upperHalf(byte) << 24) >> 24;
    }
    return values;
  },

  c: `/* sum + a row of 4-bit weights times v: a count, then bytes of a weight and, below, the columns passed before it; *row moves on behind it */
static int32_t FUNCTION(const uint8_t **row, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row;
  uint8_t n;
  for (n = READ(at++); n; n--) {
    uint8_t entry = READ(at++);
    v += entry & 15u;
    sum += (int32_t)(int8_t)(entry & 0xf0u) * *v++;
  }
  *row = at;
  return sum;
}
`,

  /** 26 cycles a nonzero with 3 bytes, 29 with 4. */
  avr: ({ name, counter, accumulate }) => `
    lpm r18, Z+; tst r18; breq @${name}_end; mov ${counter}, r18
    @${name}_0: lpm r18, Z+; mov r16, r18; ${avrGap}; andi r18, 240; ld r19, X+; ld r20, X+
    ${accumulate('r18')}
    dec ${counter}; brne @${name}_0
    @${name}_end:
  `,
};
