import { byteOf, reg } from './assembler.js';

/** A register that holds 0 in all of the generated assembler. */
export const zero = 'r2';

/** Registers of a signed number, the low byte first. */
export type Registers = readonly number[];

/**
 * `regs >> shift`, floored, in place: the registers of the result, whose low byte need not be the first. Shifts by whole bytes cost
 * nothing; the rest goes to the left or to the right, whichever is shorter.
 *
 * @param bound the largest magnitude that is shifted
 */
export function shiftRight(regs: Registers, shift: number, bound: number): { code: string; result: Registers } {
  const down = Math.floor(shift / 8);
  const right = shift % 8;
  if (right === 0) return { code: '', result: regs.slice(down) };
  const left = 8 - right;
  const kept = regs.slice(down); // of these, the first is only read in a shift to the left
  const fits = bound * 2 ** left < 2 ** (8 * regs.length - 1);
  if (fits && down + 1 < regs.length && left * kept.length <= right * kept.length) {
    const once = kept.map((r, k) => `${k === 0 ? 'lsl' : 'rol'} ${reg(r)}`).join('; ');
    return { code: `${new Array<string>(left).fill(once).join('\n')}\n`, result: regs.slice(down + 1) };
  }
  const once = kept
    .toReversed()
    .map((r, k) => `${k === 0 ? 'asr' : 'ror'} ${reg(r)}`)
    .join('; ');
  return { code: `${new Array<string>(right).fill(once).join('\n')}\n`, result: kept };
}

/** Copies a number into other registers, its sign into those beyond its length. `to` may overlap `from` from below. */
export function move(to: Registers, from: Registers): string {
  const lines: string[] = [];
  const ascending = from.every((r, k) => k >= to.length || to[k] <= r);
  const order = Array.from({ length: Math.min(to.length, from.length) }, (_, k) => k);
  if (!ascending) order.reverse();
  for (let i = 0; i < order.length; i++) {
    const k = order[i];
    if (to[k] === from[k]) continue;
    const pair =
      ascending && to[k] % 2 === 0 && to[k + 1] === to[k] + 1 && from[k] % 2 === 0 && from[k + 1] === from[k] + 1;
    if (pair) {
      lines.push(`movw ${reg(to[k])}, ${reg(from[k])}`);
      i++;
    } else {
      lines.push(`mov ${reg(to[k])}, ${reg(from[k])}`);
    }
  }
  for (let k = from.length; k < to.length; k++) lines.push(signOf(to[k], to[k - 1]));
  return lines.length > 0 ? `${lines.join('; ')}\n` : '';
}

/** `to` = 0 or -1, the sign of the byte `from`. */
export function signOf(to: number, from: number): string {
  return `mov ${reg(to)}, ${reg(from)}; lsl ${reg(to)}; sbc ${reg(to)}, ${reg(to)}`;
}

/**
 * The same, rounded: what is lost last is the carry, or the top bit of the byte below.
 *
 * @param bytes how many of the result's count
 */
export function roundRight(
  regs: Registers,
  shift: number,
  bound: number,
  bytes: number,
): { code: string; result: Registers } {
  const { code, result } = shiftRight(regs, shift, bound + 2 ** shift);
  if (shift === 0) return { code, result };
  const below = regs[regs.indexOf(result[0]) - 1];
  const carry = code.includes('asr') ? '' : `lsl ${reg(below)}; `;
  return {
    code: `${code}${carry}${result
      .slice(0, bytes)
      .map((r) => `adc ${reg(r)}, ${zero}`)
      .join('; ')} | rounded\n`,
    result,
  };
}

/** Adds 2^(shift - 1), the rounding term. */
export function addHalf(regs: Registers, shift: number, temporary: number): string {
  if (shift === 0) return '';
  const [first, ...rest] = regs.slice(Math.floor((shift - 1) / 8));
  const carry = rest.map((r) => `; adc ${reg(r)}, ${zero}`).join('');
  return `ldi ${reg(temporary)}, ${2 ** ((shift - 1) % 8)}; add ${reg(first)}, ${reg(temporary)}${carry} | rounding\n`;
}

/** Loads a constant of 16 bits; `through` is one of r16 to r31, where the registers are not. */
function load16([low, high]: Registers, value: number, through: number): string {
  return [low, high]
    .map((r, k) =>
      r >= 16
        ? `ldi ${reg(r)}, ${byteOf(value, k)}`
        : `ldi ${reg(through)}, ${byteOf(value, k)}; mov ${reg(r)}, ${reg(through)}`,
    )
    .join('; ');
}

/**
 * A number of 2 to 4 bytes saturated to [-limit, limit], in its first two registers.
 *
 * @param bound its largest magnitude: where it can't exceed the limit there is nothing to do
 * @param temporary one of r16 to r31
 * @param name distinguishes its labels
 */
export function saturate(regs: Registers, bound: number, limit: number, temporary: number, name: string): string {
  if (bound <= limit) return '';
  const [p0, p1, ...above] = regs;
  const t = reg(temporary);
  const done = `@${name}_done`;
  const set = (value: number): string => load16(regs, value, temporary);
  let code = '';
  if (bound > 32767 && above.length > 0) {
    const top = reg(above[above.length - 1]);
    // A carry into the highest byte must not change its sign, which decides below.
    code +=
      above.length === 1 && bound < 0x7f0000
        ? `mov ${t}, ${reg(p1)}; lsl ${t}; adc ${top}, ${zero}; breq @${name}_16 | fits 16 bits where the rest is the sign\n`
        : `${signOf(temporary, p1)}; cp ${reg(above[0])}, ${t}${above.length > 1 ? `; cpc ${top}, ${t}` : ''}; breq @${name}_16 | fits 16 bits where the rest is the sign\n`;
    code += `${set(32767)}; sbrs ${top}, 7; rjmp @${name}_16; ${set(-32768)}\n@${name}_16:\n`;
  }
  code += saturate16([p0, p1], limit, temporary, name, set);
  return `${code}${done}:\n`;
}

/** An int16 saturated to [-limit, limit]. */
function saturate16(
  [p0, p1]: Registers,
  limit: number,
  temporary: number,
  name: string,
  set: (value: number) => string,
): string {
  const t = reg(temporary);
  const done = `@${name}_done`;
  if (limit === 32767) {
    const compare = p1 >= 16 ? `cpi ${reg(p1)}, 128` : `ldi ${t}, 128; cp ${reg(p1)}, ${t}`;
    return `${compare}; brne ${done}; tst ${reg(p0)}; brne ${done}; inc ${reg(p0)} | -32768 becomes -32767\n`;
  }
  const compare = (value: number): string =>
    `ldi ${t}, ${byteOf(value, 0)}; cp ${reg(p0)}, ${t}; ldi ${t}, ${byteOf(value, 1)}; cpc ${reg(p1)}, ${t}`;
  return `${compare(limit + 1)}; brlt @${name}_below; ${set(limit)}; rjmp ${done}
    @${name}_below: ${compare(-limit)}; brge ${done}; ${set(-limit)}\n`;
}

/** A factor of 16 bits in two of r16 to r23, and whether it can be negative. */
export interface Factor {
  readonly regs: Registers;
  readonly signed: boolean;
}

/**
 * `sum += a * b`; `sum` of 4 bytes, in pairs of registers.
 *
 * @param held what of the sum is held by its registers before: nothing, the lower two bytes, or all
 * @param temporary for the sign of a product
 */
export function multiply(
  sum: Registers,
  a: Factor,
  b: Factor,
  temporary: number,
  held: 'none' | 'low' | 'all',
): string {
  const [s0, s1, s2, s3] = sum.map(reg);
  const sign = reg(temporary);
  const aHigh = { r: reg(a.regs[1]), signed: a.signed };
  const product = (x: { r: string; signed: boolean }, y: { r: string; signed: boolean }): string => {
    if (x.signed && y.signed) return `muls ${x.r}, ${y.r}`;
    if (!x.signed && !y.signed) return `mul ${x.r}, ${y.r}`;
    return x.signed ? `mulsu ${x.r}, ${y.r}` : `mulsu ${y.r}, ${x.r}`;
  };
  const low = (f: Factor) => ({ r: reg(f.regs[0]), signed: false });
  const bHigh = { r: reg(b.regs[1]), signed: b.signed };
  const cross = (x: Factor, y: { r: string; signed: boolean }): string => {
    const multiplied = product(low(x), y);
    return y.signed
      ? `${multiplied}; sbc ${sign}, ${sign}; add ${s1}, r0; adc ${s2}, r1; adc ${s3}, ${sign}\n`
      : `${multiplied}; add ${s1}, r0; adc ${s2}, r1; adc ${s3}, ${zero}\n`;
  };
  const high = held === 'all' ? `add ${s2}, r0; adc ${s3}, r1` : `movw ${s2}, r0`;
  const lower =
    held === 'none' ? `movw ${s0}, r0` : `add ${s0}, r0; adc ${s1}, r1; adc ${s2}, ${zero}; adc ${s3}, ${zero}`;
  const outer = `${product(aHigh, bHigh)}; ${high}; ${product(low(a), low(b))}; ${lower}\n`;
  return outer + cross(a, bHigh) + cross(b, aHigh);
}
