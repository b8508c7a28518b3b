import { tanh } from '../math/index.js';
import type { Nonlinearity } from '../network/index.js';

/** 1.0 in Q14, the format of gates. */
export const oneQ14 = 16384;

/** T[k] = tanh(k / 8) in Q14, k = 0..32: the knots of the piecewise-linear tanh and sigmoid. */
export const tanhTable: Int16Array = Int16Array.from({ length: 33 }, (_, k) => Math.round(oneQ14 * tanh(k / 8)));

/** `rs(v, s)`: an arithmetic shift to the right that rounds halves up. */
export function roundingShift(v: number, s: number): number {
  return s === 0 ? v : (v + (1 << (s - 1))) >> s;
}

/** `v` clamped to [-limit, limit]. */
export function saturate(v: number, limit: number): number {
  return v > limit ? limit : v < -limit ? -limit : v;
}

/** `Y(m, b)`: the table's value at a magnitude m >= 0 with 2^b steps a segment, in Q14. */
function interpolate(m: number, b: number): number {
  const k = m >> b;
  if (k >= 32) return tanhTable[32];
  const f = m & ((1 << b) - 1);
  return tanhTable[k] + roundingShift((tanhTable[k + 1] - tanhTable[k]) * f, b);
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
      return p < 0 ? -interpolate(-p, 9) : interpolate(p, 9);
    case 'sigmoid':
      return p < 0 ? (oneQ14 + 1 - interpolate(-p, 10)) >> 1 : (oneQ14 + 1 + interpolate(p, 10)) >> 1;
  }
}

/** `F(p)`: the update's value in Q12 of an int16 argument in Q12. */
export function updateQ12(kind: Nonlinearity, p: number): number {
  return kind === 'relu' ? Math.max(p, 0) : roundingShift(activateQ14(kind, p), 2);
}

/** Whether a nonlinearity reads the table, which firmware then links. */
export function usesTable(kind: Nonlinearity): boolean {
  return kind === 'tanh' || kind === 'sigmoid';
}
