import { pair, weightsOf } from './nibbles.js';
import type { PackedLayout } from './layout.js';

/**
 * Every entry in half a byte: two a byte, the earlier one in the upper half. A row of an odd number of columns begins with a byte whose
 * upper half is 0, and whose lower half is its first entry.
 *
 * ```
 * 16 -32 48        ->  0x01 0xe3
 * 16 -32 48 112    ->  0x1e 0x37
 * ```
 */
export const dense4: PackedLayout = {
  takesColumns: true,

  encode(values) {
    const bytes: number[] = [];
    for (let k = -(values.length % 2); k < values.length; k += 2)
      bytes.push(pair(k < 0 ? 0 : values[k], values[k + 1]));
    return bytes;
  },

  decode(next, columns) {
    const values: number[] = [];
    for (let k = -(columns % 2); k < columns; k += 2) values.push(...weightsOf(next()).slice(k < 0 ? 1 : 0));
    return values;
  },

  c: `/* sum + a row of 4-bit weights times v, two a byte, the earlier one above; *row moves on behind it */
static int32_t FUNCTION(const uint8_t **row, uint8_t columns, const int16_t *v, int32_t sum)
{
  const uint8_t *at = *row;
  uint8_t n;
  if (columns & 1u) sum += (int32_t)(int8_t)(uint8_t)(READ(at++) << 4) * *v++;
  for (n = columns / 2; n; n--, v += 2) {
    uint8_t two = READ(at++);
    sum += (int32_t)(int8_t)(two & 0xf0u) * v[0];
    sum += (int32_t)(int8_t)(uint8_t)(two << 4) * v[1];
  }
  *row = at;
  return sum;
}
`,

  /** 18.5 cycles an entry with 3 bytes, 21.5 with 4, and 3 a byte for the loop. */
  avr: ({ name, columns, counter, accumulate }) => `
    ldi r18, ${Math.ceil(columns / 2)}; mov ${counter}, r18${columns % 2 === 1 ? `; lpm r17, Z+; rjmp @${name}_l` : ''}
    @${name}_0: lpm r18, Z+; mov r17, r18; andi r18, 240; ld r19, X+; ld r20, X+
    ${accumulate('r18')}
    ${columns % 2 === 1 ? `@${name}_l: ` : ''}swap r17; andi r17, 240; ld r19, X+; ld r20, X+
    ${accumulate('r17')}
    dec ${counter}; brne @${name}_0
  `,
};
