import { IntegerInterpreter } from './interpreter.js';
import type { IntegerNetwork } from './network.js';

/** Predictions of an integer network for sequences [count][steps][D] of int16 inputs. */
export function predictInteger(
  network: IntegerNetwork,
  sequences: { readonly count: number; readonly steps: number; readonly features: number; readonly values: Int16Array },
): Int32Array {
  const interpreter = new IntegerInterpreter(network);
  const size = sequences.steps * sequences.features;
  return Int32Array.from({ length: sequences.count }, (_, i) =>
    interpreter.classify(sequences.values, i * size, sequences.steps),
  );
}

/** The fraction of places at which two lists agree: accuracy against labels, agreement between two networks. */
export function agreement(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let equal = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) equal++;
  return equal / a.length;
}
