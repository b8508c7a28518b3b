import { roundingTerm, tableOf, tanh8Table, tanhTable, type IntegerNetwork } from '../../../integer/index.js';
import { gateRange, residualRange, updateRange } from '../../bounds.js';
import { byteOf, reg } from './assembler.js';
import { addHalf, move, multiply, saturate, shiftRight, signOf, zero, type Registers } from './arithmetic.js';
import type { AvrPlan, UnitRow } from './plan.js';
import type { MatrixForm } from '../../rows.js';
import { unrolled } from './projection.js';
import { accumulator, countedRow, narrow, sparseRow, startSum, widen } from './rows.js';

/**
 * Equations 4 to 9 of every unit. Z reads the stream, Y points to h, r5:r4 to the vector of operands (r7:r6 to those of the second row
 * where its address can't be walked to), r9:r8 to r; r3 counts the units; r11:r10 is the table of tanh. z comes to r21:r20, c to
 * r23:r22, g to r17:r16, v to r15:r12.
 *
 * @param projection the routine @project, where it sums rows by the same code: from @s_0 to @w_summed, while r3 and the T flag are 0
 */
export function unitsCode(plan: AvrPlan, projection: string): string {
  const { tables } = plan.layout;
  const read = tablesRead(plan);
  const table = read.length > 0 ? `rjmp @done\n${read.map((t) => tableRoutine(t, tables)).join('\n')}` : '';
  return `
    @unit:
    ${sums(plan, projection)}
    ${plan.gives ? gateValue(plan) : residual(plan)}
    dec r3; brne @unit
    ${table}
    @done:
  `;
}

/** z, c, g and v of FastRNN and FastGRNN are the same but for where z and g come from. */
function residual(plan: AvrPlan): string {
  const { network, layout } = plan;
  const gated = layout.gated;
  const constants = gated
    ? ''
    : `ldi r20, ${byteOf(network.offset, 0)}; ldi r21, ${byteOf(network.offset, 1)} | beta
       ldi r16, ${byteOf(network.scale, 0)}; ldi r17, ${byteOf(network.scale, 1)} | alpha`;
  return `
    ${gated ? gate(plan) : ''}
    ${update(plan)}
    ${gated ? scale(plan) : constants}
    ${newState(plan)}
  `;
}

/** The tables that the units interpolate in: of a gate that stands for itself its own, if any. */
export function tablesRead({ gives, network, layout }: AvrPlan): readonly Int16Array[] {
  if (!gives) return layout.tables;
  return layout.tables.filter((table) => gives !== 'sum' && table === tableOf(network.update));
}

/** The value of a gate that stands for itself, to Y. */
function gateValue(plan: AvrPlan): string {
  const store = (low: number): string => `st Y+, r${low}; st Y+, r${low + 1}`;
  if (plan.gives === 'gate') return `${gate(plan)}\n${store(20)}`;
  if (plan.gives === 'update') return `${update(plan)}\n${store(22)}`;
  const wide = plan.biases === 'wide';
  return `${preloads(plan) ? '' : biased([22, 23, 24], plan, 0)}
    ${wide ? saturate([22, 23, 24], 2 ** 22, 32767, 18, 'sum') : ''}
    ${store(22)}`;
}

const preloads = ({ biases }: AvrPlan): boolean => biases === 'preloaded' || biases === 'counted';

/** Whether the second row goes on where the first has left its operands. */
export const walksOn = ({ first, second }: AvrPlan): boolean =>
  first.matrix.form === second.matrix.form && walked.includes(first.matrix.form);

/** Forms behind whose rows it is known at what operand they end. */
const walked: readonly MatrixForm[] = ['sparse', 'dense', 'dense4'];

/** p in r22, r23 and, where it needs them, r24: the sums of both rows, each rounded by its own shift. */
function sums(plan: AvrPlan, projection: string): string {
  const { first, second, biases, biasOffset, offsetTaken, bounds, optimize, sumBound } = plan;
  const bytes = plan.unitBytes;
  const [one, two] = [first.matrix, second.matrix];
  const acc = accumulator(bytes);
  const start = preloads(plan)
    ? `ldi r21, 128; lpm r22, Z+; lpm r23, Z+${bytes === 4 ? '; ldi r24, 0' : ''}${one.form !== 'sparse' && bytes === 4 ? '; sbrc r23, 7; dec r24' : ''}`
    : startSum(bytes, roundingTerm(one.shift) - (offsetTaken ? biasOffset * 256 : 0), one.form);
  const inPlace = one.shift === two.shift && two.shift < 24 && one.form === two.form;
  const requantised = betweenRows(acc, one.shift, two.shift);
  const between = inPlace ? requantised : `${widen(bytes, one.form)}${requantised}\n${narrow(bytes, two.form)}`;
  const row = (label: string, { matrix: { form, matrix } }: UnitRow): string =>
    form === 'sparse'
      ? sparseRow(label, bytes, unrolled(form, optimize))
      : countedRow(
          label,
          bytes,
          { form, columns: matrix.columns },
          unrolled(form, optimize),
          'r25',
          plan.dense && plan.layout.own,
        );
  const counted = biases === 'counted';
  const far = counted
    ? `@far: ldi r22, 255; ldi r23, 127; sbrs r24, 7; rjmp @near; ldi r22, 0; ldi r23, 128; rjmp @near | beyond 16 bits only the sign counts
       ${plan.gives ? '' : '@c_over: com r23; rjmp @c_out | an overflow turns the sign'}`
    : '';
  const onceForBoth = optimize === 'size' && one.form === 'sparse' && two.form === 'sparse';
  const rows = onceForBoth
    ? `clt
       ${row('s', first)}
       brts @both; ${projection ? 'tst r3; breq @w_summed; ' : ''}set
       ${between}
       rjmp @s_0
       ${far}
       ${projection}
       @both:`
    : `${counted ? `rjmp @s1_begin\n${far}\n@s1_begin:` : ''}
       ${row('s1', first)}
       ${between}
       ${walksOn(plan) ? '' : 'movw r26, r6'}
       ${row('s2', second)}`;
  const { code, result } = shiftRight(acc, two.shift, sumBound);
  const kept = bounds.p <= 32767 && biases !== 'wide' ? result.slice(0, 2) : result;
  const p = counted
    ? `${narrow(two.form === 'sparse' ? 3 : 4, 'sparse')}tst r24; brne @far\n@near:`
    : biases === 'preloaded'
      ? ''
      : `${widen(bytes, two.form)}${code}${place(kept, plan, offsetTaken)}`;
  return `
    ${start}; movw r26, r4
    ${rows}
    ${p}
  `;
}

/** What stands between the rows: the first sum in the second's format, its rounded-off bits replaced by the second's rounding term. */
function betweenRows(acc: Registers, first: number, second: number): string {
  const lines: string[] = [];
  let difference = first - second;
  for (; difference >= 8; difference -= 8) lines.push(move(acc, acc.slice(1)).trim());
  const once = acc
    .toReversed()
    .map((r, k) => `${k === 0 ? 'asr' : 'ror'} ${reg(r)}`)
    .join('; ');
  for (; difference > 0; difference--) lines.push(once);
  for (let k = 0; 8 * k < second; k++) {
    const r = reg(acc[k]);
    const bits = Math.min(8, second - 8 * k);
    const top = second <= 8 * (k + 1) ? 2 ** (bits - 1) : 0;
    if (bits === 8) lines.push(`ldi ${r}, ${top}`);
    else lines.push(`andi ${r}, ${256 - 2 ** bits}; ori ${r}, ${top}`);
  }
  return lines.join('\n');
}

/** Brings p to r22 and r23, and r24 where 3 bytes count, no larger than 2^22, with the offset of the biases taken off. */
function place(value: Registers, plan: AvrPlan, offsetTaken: boolean): string {
  const { biases, bounds, biasOffset } = plan;
  if (biases !== 'wide') return move([22, 23], value);
  const wide = value.length > 3 || bounds.p + 2 * 65536 + 32768 >= 2 ** 23;
  let code = move(value.length > 3 ? [22, 23, 24, 25] : [22, 23, 24], value);
  if (wide) {
    if (value.length > 3) {
      code += `${signOf(20, 24)}; cp r25, r20; breq @p_24; ldi r24, 32; sbrc r25, 7; ldi r24, 224; @p_24:\n`;
    }
    code += `cpi r24, 32; brlt @p_23; ldi r24, 32; @p_23: cpi r24, 224; brge @p_22; ldi r24, 224; @p_22:\n`;
  }
  if (offsetTaken || biasOffset === 0) return code;
  const bytes = [0, 1, 2].map((k) => byteOf(biasOffset, k));
  return `${code}subi r22, ${bytes[0]}; sbci r23, ${bytes[1]}; sbci r24, ${bytes[2]}\n`;
}

/** q = p + a bias of the stream, and its corner, in these registers; p is in r24 to r22. */
function biased(q: Registers, plan: AvrPlan, corner: number): string {
  const wide = plan.biases === 'wide';
  const [q0, q1, q2] = q.map(reg);
  const copy = move(wide ? q : q.slice(0, 2), wide ? [22, 23, 24] : [22, 23]);
  const carry = wide ? `; adc ${q2}, ${zero}` : '';
  const explicit = plan.cornersStored || corner === 0 ? '' : `; subi ${q1}, ${256 - corner / 256}; sbci ${q2}, 255`;
  // Beyond 16 bits the sign is wrong: turned, the value is beyond the corners.
  const over = plan.biases === 'counted' ? '; brvs @c_over' : '';
  return `${copy}lpm r18, Z+; lpm r19, Z+; add ${q0}, r18; adc ${q1}, r19${carry}${explicit}${over}`;
}

/** clip(q, 0, top) in place, where `top` is a multiple of 256 and q of 2 or 3 bytes; a q above it becomes `above`. */
function clip(q: Registers, wide: boolean, top: number, name: string): string {
  const [q0, q1, q2] = q.map(reg);
  const high = byteOf(top, 1);
  return `${wide ? `tst ${q2}; brne @${name}_out; ` : ''}cpi ${q1}, ${high}; brlo @${name}_in
    @${name}_out: lsl ${wide ? q2 : q1}; ldi ${q1}, ${high}; brcc @${name}_end; ldi ${q1}, 0
    @${name}_end: clr ${q0}
    @${name}_in:`;
}

/** q, which has no corner, within 0..32767. */
function positive(q: Registers, wide: boolean, name: string): string {
  const [q0, q1, q2] = q.map(reg);
  if (!wide) return `tst ${q1}; brpl @${name}_in; clr ${q0}; clr ${q1}\n@${name}_in:`;
  return `tst ${q2}; brmi @${name}_zero; brne @${name}_most; tst ${q1}; brpl @${name}_in
    @${name}_most: ldi ${q0}, 255; ldi ${q1}, 127; rjmp @${name}_in
    @${name}_zero: clr ${q0}; clr ${q1}
    @${name}_in:`;
}

const double = ([q0, q1]: Registers): string => `lsl ${reg(q0)}; rol ${reg(q1)}`;
const halve = ([q0, q1]: Registers): string => `asr ${reg(q1)}; ror ${reg(q0)}`;

/** Equation 5: z in r21:r20. */
function gate(plan: AvrPlan): string {
  const { network, biases, gateCorner } = plan;
  const wide = biases === 'wide';
  const q = [20, 21, 25];
  const start = preloads(plan) ? 'movw r20, r22' : biased(q, plan, gateCorner);
  const after = (): string => {
    switch (network.gate) {
      case 'hardSigmoid4':
        return clip(q, wide, 16384, 'z');
      case 'hardSigmoid':
        return `${clip(q, wide, 8192, 'z')} ${double(q)}`;
      case 'hardTanh':
        return `${clip(q, wide, 8192, 'z')} subi r21, 16; ${double(q)}; ${double(q)}`;
      case 'relu':
        return `${positive(q, wide, 'z')}
          cpi r21, 32; brlo @z_small; ldi r20, 255; ldi r21, 127; rjmp @z_done
          @z_small: ${double(q)}; ${double(q)}
          @z_done:`;
      default:
        return interpolated(q, plan, network.gate, 'z');
    }
  };
  return `${start}\n${after()}`;
}

/** Equation 6: c in r23:r22. */
function update(plan: AvrPlan): string {
  const { network, biases, updateCorner, layout } = plan;
  const wide = biases === 'wide';
  const q = [22, 23, 24];
  // Preloaded, p holds the gate's bias, or without a gate that of the update.
  const start = preloads(plan) && !layout.gated ? '' : biased(q, plan, updateCorner);
  const after = (): string => {
    switch (network.update) {
      case 'hardTanh': // rs(4 p, 2) = p
        return `${clip(q, wide, 8192, 'c')} subi r23, 16`;
      case 'relu':
        return positive(q, wide, 'c');
      case 'hardSigmoid': // rs(2 y, 2)
        return `${clip(q, wide, 8192, 'c')} subi r22, 255; sbci r23, 255; ${halve(q)}`;
      case 'hardSigmoid4':
        return `${clip(q, wide, 16384, 'c')} subi r22, 254; sbci r23, 255; ${halve(q)}; ${halve(q)}`;
      default:
        return `${interpolated(q, plan, network.update, 'c')}; subi r22, 254; sbci r23, 255; ${halve(q)}; ${halve(q)}`;
    }
  };
  return `${start}\n${after()}`;
}

/** A curve of q from its table, which a 16-bit argument suffices for. */
function interpolated(q: Registers, plan: AvrPlan, kind: IntegerNetwork['gate'], name: string): string {
  const wide = plan.biases === 'wide';
  const [q0, q1] = q.map(reg);
  const within = saturate(wide ? q : q.slice(0, 2), wide ? 2 ** 22 : plan.bounds.p + 32768, 32767, 18, `${name}q`);
  const negate = (low: string, high: string): string => `com ${high}; neg ${low}; sbci ${high}, 255`;
  const magnitude = `movw r18, ${q0}; sbrs r19, 7; rjmp @${name}_plus; ${negate('r18', 'r19')}\n@${name}_plus:`;
  const call = `rcall @table${tableOf(kind) === tanh8Table ? '8' : ''}`;
  if (kind === 'tanh' || kind === 'tanh8') {
    return `${within}${magnitude} lsl r18; rol r19; ${call}
      sbrs ${q1}, 7; rjmp @${name}_set; ${negate('r18', 'r19')}
      @${name}_set: movw ${q0}, r18`;
  }
  return `${within}${magnitude} ${call}
    sbrs ${q1}, 7; rjmp @${name}_add; ${negate('r18', 'r19')}
    @${name}_add: movw ${q0}, r18; subi ${q0}, ${byteOf(-16385, 0)}; sbci ${q1}, ${byteOf(-16385, 1)}; lsr ${q1}; ror ${q0}`;
}

/** Y(m, 10), or of eight segments Y(m, 12), of m in r19:r18, in the same registers; changes r0, r1, r12 to r17, X and r25. */
function tableRoutine(table: Int16Array, tables: readonly Int16Array[]): string {
  const last = table[table.length - 1];
  const many = table === tanhTable;
  const label = many ? 'table' : 'table8';
  const behind = many ? 0 : tables.slice(0, tables.indexOf(table)).reduce((sum, { length }) => sum + 2 * length, 0);
  const offset = many
    ? 'lsr r25; andi r25, 126'
    : `swap r25; andi r25, 7; lsl r25${behind > 0 ? `; subi r25, ${256 - behind}` : ''}`;
  const product = many
    ? `andi r19, 3; mul r12, r18; mov r14, r1; mul r13, r19; mov r25, r0
    mul r12, r19; add r14, r0; adc r25, r1; mul r13, r18; add r14, r0; adc r25, r1
    mov r18, r14; subi r18, 254; sbci r25, 255; lsr r25; ror r18; lsr r25; ror r18
    mov r19, r25`
    : `andi r19, 15; mul r12, r18; mov r14, r1; mul r13, r19; mov r25, r0; mov r15, r1
    mul r12, r19; add r14, r0; adc r25, r1; adc r15, ${zero}; mul r13, r18; add r14, r0; adc r25, r1; adc r15, ${zero}
    mov r18, r14; subi r18, 248; sbci r25, 255; ldi r19, 255; sbc r15, r19 | of 3 bytes, 17 bits, ...
    swap r18; andi r18, 15; swap r25; mov r19, r25; andi r25, 240; or r18, r25; andi r19, 15; swap r15; or r19, r15 | ... the upper 13`;
  return `
    @${label}: tst r19; brpl @in_${label}; ldi r18, ${byteOf(last, 0)}; ldi r19, ${byteOf(last, 1)}; ret
    @in_${label}: mov r25, r19; ${offset} | two bytes a segment
    movw r26, r30; movw r30, r10; add r30, r25; adc r31, ${zero}
    lpm r16, Z+; lpm r17, Z+; lpm r12, Z+; lpm r13, Z; sub r12, r16; sbc r13, r17; movw r30, r26
    ${product}
    add r18, r16; adc r19, r17; ret
  `;
}

/** Whether g needs no saturation, and 4 zeta and z no sign. */
function scalesShort(network: IntegerNetwork): boolean {
  const { scale: zeta, offset: nu } = network;
  const range = residualRange(network);
  const fits = range.low >= -32767 && range.high <= 32767 && Math.abs(zeta + nu) <= 32767;
  return zeta >= 0 && zeta < 16384 && gateRange(network).low >= 0 && fits;
}

/** 4 zeta in r19:r18. */
const zetaLoaded = ({ network: { scale: zeta } }: AvrPlan): string =>
  `ldi r18, ${byteOf(4 * zeta, 0)}; ldi r19, ${byteOf(4 * zeta, 1)}`;

/** 4 zeta in r11:r10 for all units, where these are free. */
export function constantsOfUnits(plan: AvrPlan): string {
  const { layout, network } = plan;
  return layout.gated && layout.tables.length === 0 && scalesShort(network) ? `${zetaLoaded(plan)}; movw r10, r18` : '';
}

/** Equation 7: g in r17:r16. */
function scale(plan: AvrPlan): string {
  const { network } = plan;
  const { scale: zeta, offset: nu } = network;
  const sum = zeta + nu;
  if (scalesShort(network)) {
    // g = floor((2^16 (zeta + nu) + 2^15 - 4 zeta z) / 2^16)
    const tabled = plan.layout.tables.length > 0;
    const [low, high] = tabled ? ['r18', 'r19'] : ['r10', 'r11'];
    const load = tabled ? zetaLoaded(plan) : '';
    return `${load}
      ldi r25, 128; ldi r16, ${byteOf(sum, 0)}; ldi r17, ${byteOf(sum, 1)}
      mul r20, ${low}; cp ${zero}, r0; sbc r25, r1; sbc r16, ${zero}; sbc r17, ${zero}
      mul r20, ${high}; sub r25, r0; sbc r16, r1; sbc r17, ${zero}
      mul r21, ${low}; sub r25, r0; sbc r16, r1; sbc r17, ${zero}
      mul r21, ${high}; sub r16, r0; sbc r17, r1
    `;
  }
  // zeta + nu + ((8192 - zeta z) >> 14), whose product fits 16 by 16 bits
  const product = [12, 13, 14, 15];
  const added = (k: number): number => byteOf(-sum, k);
  return `ldi r18, ${byteOf(-zeta, 0)}; ldi r19, ${byteOf(-zeta, 1)}
    ${multiply(product, { regs: [18, 19], signed: true }, { regs: [20, 21], signed: true }, 25, 'none')}
    ${addHalf(product, 14, 25)}
    ${signOf(18, 15)}
    lsl r13; rol r14; rol r15; rol r18
    lsl r13; rol r14; rol r15; rol r18
    movw r16, r14; subi r16, ${added(0)}; sbci r17, ${added(1)}; sbci r18, ${added(2)}
    ${saturate([16, 17, 18], 2 ** 18, 32767, 25, 'g')}
  `;
}

/** Equations 8 and 9: v = g c + z h + r, the new h and r. */
function newState(plan: AvrPlan): string {
  const { network, bounds } = plan;
  const g = { regs: [16, 17], signed: residualRange(network).low < 0 };
  const c = { regs: [22, 23], signed: updateRange(network).low < 0 };
  const z = { regs: [20, 21], signed: gateRange(network).low < 0 };
  const h = { regs: [18, 19], signed: true };
  const v = [12, 13, 14, 15];
  const limit = network.stateLimit;
  const mayOverflow = bounds.v >= 2 ** 29;
  const twice = 'lsl r13; rol r14; rol r15';
  const shifted = mayOverflow
    ? `${twice}; ${bounds.v >= 2 ** 30 ? 'brvs @h_over; ' : ''}${twice}; brvc @h_in
       @h_over: ldi r24, ${byteOf(limit, 0)}; ldi r25, ${byteOf(limit, 1)}; brcc @h_store
       ldi r24, ${byteOf(-limit, 0)}; ldi r25, ${byteOf(-limit, 1)}; rjmp @h_store
       @h_in: movw r24, r14`
    : `${twice}; ${twice}; movw r24, r14`;
  return `
    movw r26, r8; ld r12, X+; ld r13, X+; movw r8, r26 | the remainder
    ${multiply(v, c, g, 25, 'low')}
    ld r18, Y; ldd r19, Y+1
    ${multiply(v, h, z, 25, 'all')}
    movw r24, r12; andi r25, 63; st -X, r25; st -X, r24
    ${shifted}
    ${saturate([24, 25], Math.min(32768, Math.ceil(bounds.v / 16384)), limit, 18, 'h')}
    @h_store: st Y+, r24; st Y+, r25
  `;
}

/** The bytes of a unit's biases before its rows, and behind them. */
export function biasBytes(plan: AvrPlan, unit: number): { before: number[]; after: number[] } {
  const { network, biasOffset, cornersStored, gateCorner, updateCorner, layout } = plan;
  const stored = (bias: number, corner: number): number => bias + biasOffset + (cornersStored ? corner : 0);
  const int16 = (value: number): number[] => [byteOf(value, 0), byteOf(value, 1)];
  const update16 = stored(network.biasUpdate[unit], updateCorner);
  if (!layout.gated)
    return preloads(plan) ? { before: int16(update16), after: [] } : { before: [], after: int16(update16) };
  const gate16 = stored(network.biasGate[unit], gateCorner);
  if (preloads(plan)) return { before: int16(gate16), after: int16(update16 - gate16) };
  return { before: [], after: [...int16(gate16), ...int16(update16)] };
}
