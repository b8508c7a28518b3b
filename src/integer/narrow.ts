import {
  integerGates,
  integerLayers,
  lastLayer,
  type IntegerGate,
  type IntegerLayer,
  type IntegerMatrix,
  type IntegerNetwork,
} from './network.js';
import { roundingTerm, rowBound } from './row-bound.js';

/** Bits that formats may give up for shorter sums; of 15 bits of an activation 12 are left. */
const mostSpared = 3;

/** How many bits the formats of input, W2' a, U2' h and state give up. */
export interface Spared {
  /** Whether each matrix has the scale that holds its largest weight, whatever the others lose by it: a finer one makes sums longer. */
  readonly coarse: boolean;
  readonly input: number;
  readonly w: number;
  readonly u: number;
  readonly state: number;
}

/** Every choice, those that give up fewer bits first, and among equals those that leave the state more. */
export const sparings = (coarse: boolean): readonly Spared[] =>
  Array.from({ length: (mostSpared + 1) ** 4 }, (_, i) => {
    const digit = (place: number): number => Math.floor(i / (mostSpared + 1) ** place) % (mostSpared + 1);
    return { state: digit(3), input: digit(2), u: digit(1), w: digit(0), coarse };
  }).sort((a, b) => total(a) - total(b) || a.state - b.state);

function total({ input, w, u, state }: Spared): number {
  return input + w + u + state;
}

/**
 * Whether every row's sum, the head's among them, and both rows of a unit in one accumulator (the second's shift is brought about before it is added, as
 * AVR's assembler does it), stay within 24 bits, whatever the inputs.
 */
export function fits24(network: IntegerNetwork): boolean {
  const { classifier, classifierBias } = network;
  const { stateLimit } = lastLayer(network);
  const head = classifierBias.every((bias, l) => fits(rowBound(classifier, l, stateLimit) + Math.abs(bias)));
  return head && integerLayers(network).every(layerFits);
}

const fits = (bound: number): boolean => bound < 2 ** 23;

function layerFits(layer: IntegerLayer): boolean {
  return integerGates(layer).every((gate) => gateFits(gate, layer));
}

function gateFits(gate: IntegerGate, { inputLimit, stateLimit }: IntegerLayer): boolean {
  const { w2, w1, u2, u1, wLimit, uLimit, w1Shift, u1Shift } = gate;
  const all = (matrix: IntegerMatrix, limit: number, shift: number): boolean =>
    Array.from({ length: matrix.rows }, (_, row) => row).every((row) =>
      fits(rowBound(matrix, row, limit) + roundingTerm(shift)),
    );
  if (w2 && !all(w2, inputLimit, gate.w2Shift)) return false;
  if (u2 && !all(u2, stateLimit, gate.u2Shift)) return false;
  const w = { matrix: w1, limit: w2 ? wLimit : inputLimit, shift: w1Shift };
  const u = { matrix: u1, limit: u2 ? uLimit : stateLimit, shift: u1Shift };
  const [first, second] = u1Shift > w1Shift ? [u, w] : [w, u];
  for (let row = 0; row < w1.rows; row++) {
    const sum = rowBound(first.matrix, row, first.limit) + roundingTerm(first.shift);
    const kept = Math.ceil(sum / 2 ** first.shift) * 2 ** second.shift + roundingTerm(second.shift);
    if (!fits(sum) || !fits(kept + rowBound(second.matrix, row, second.limit))) return false;
  }
  return true;
}
