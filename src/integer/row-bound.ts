import type { IntegerMatrix } from './network.js';

/** The largest |sum| of a row with operands up to `operand`. */
export function rowBound({ columns, values }: IntegerMatrix, row: number, operand: number): number {
  let weights = 0;
  for (let k = row * columns; k < (row + 1) * columns; k++) weights += Math.abs(values[k]);
  return weights * operand;
}

/** What is added to a sum before it is shifted right, so that the shift rounds. */
export function roundingTerm(shift: number): number {
  return shift > 0 ? 2 ** (shift - 1) : 0;
}
