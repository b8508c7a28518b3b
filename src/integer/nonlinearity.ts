import { tanhKnots } from '../math/index.js';
import type { Nonlinearity } from '../network/index.js';
import { isGated } from '../network/light.js';
import type { IntegerLayer } from './network.js';

/** 1.0 in Q14, the format of gates. */
export const oneQ14 = 16384;

/** T[k] = tanh(k / 8) in Q14, k = 0..32: the knots of the piecewise-linear tanh and sigmoid. */
export const tanhTable: Int16Array = tanhKnots(32, 8);

/** The knots of `tanh8` and `sigmoid8`: every fourth of those, tanh(k / 2). */
export const tanh8Table: Int16Array = tanhTable.filter((_, k) => k % 4 === 0);

/** `rs(v, s)`: an arithmetic shift to the right that rounds halves up. */
export function roundingShift(v: number, s: number): number {
  return s === 0 ? v : (v + (1 << (s - 1))) >> s;
}

/** `v` clamped to [-limit, limit]. */
export function saturate(v: number, limit: number): number {
  return v > limit ? limit : v < -limit ? -limit : v;
}

/** `Y(m, b)`: a table's value at a magnitude m >= 0 with 2^b steps a segment, in Q14. */
function interpolate(table: Int16Array, m: number, b: number): number {
  const k = m >> b;
  const last = table.length - 1;
  if (k >= last) return table[last];
  const f = m & ((1 << b) - 1);
  return table[k] + roundingShift((table[k + 1] - table[k]) * f, b);
}

/** tanh in Q14; p in steps of which a segment of the table has 2^b. */
function oddQ14(table: Int16Array, p: number, b: number): number {
  return p < 0 ? -interpolate(table, -p, b) : interpolate(table, p, b);
}

/** `S(p)`: a nonlinearity's value in Q14 of an int16 argument in Q12. */
export function activateQ14(kind: Nonlinearity, p: number): number {
  switch (kind) {
    case 'hardTanh':
      return 4 * saturate(p, 4096);
    case 'hardSigmoid':
      return Math.min(Math.max(2 * p + 8192, 0), oneQ14);
    case 'hardSigmoid4':
      return Math.min(Math.max(p + 8192, 0), oneQ14);
    case 'relu':
      return Math.min(4 * Math.max(p, 0), 32767);
    case 'tanh':
      return oddQ14(tanhTable, p, 9);
    case 'sigmoid':
      return (oneQ14 + 1 + oddQ14(tanhTable, p, 10)) >> 1;
    case 'tanh8':
      return oddQ14(tanh8Table, p, 11);
    case 'sigmoid8':
      return (oneQ14 + 1 + oddQ14(tanh8Table, p, 12)) >> 1;
  }
}

/** `F(p)`: the update's value in Q12 of an int16 argument in Q12. */
export function updateQ12(kind: Nonlinearity, p: number): number {
  return kind === 'relu' ? Math.max(p, 0) : roundingShift(activateQ14(kind, p), 2);
}

/** The table that a nonlinearity reads, if any. */
export function tableOf(kind: Nonlinearity): Int16Array | undefined {
  if (kind === 'tanh' || kind === 'sigmoid') return tanhTable;
  return kind === 'tanh8' || kind === 'sigmoid8' ? tanh8Table : undefined;
}

/** The tables that a step interpolates in, which firmware links, the longer one first; a cell without gates reads none for them. */
export function tablesOf(network: Pick<IntegerLayer, 'cell' | 'gate' | 'update'>): Int16Array[] {
  const { gate, update } = network;
  const read = [tableOf(update), isGated(network) ? tableOf(gate) : undefined];
  return [tanhTable, tanh8Table].filter((table) => read.includes(table));
}
