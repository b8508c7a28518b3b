import { powerOfTwo } from '../math/index.js';
import { IntegerInterpreter } from './interpreter.js';
import type { Int16Sequences } from './input.js';
import { logitBits, type IntegerNetwork } from './network.js';

/** Predictions of an integer network, each from the state at its sequence's own end. */
export function predictInteger(network: IntegerNetwork, sequences: Int16Sequences): Int32Array {
  const interpreter = new IntegerInterpreter(network);
  const { count, values, starts, lengths, stepStride } = sequences;
  return Int32Array.from({ length: count }, (_, i) => {
    interpreter.reset();
    for (let t = 0; t < lengths[i]; t++) interpreter.step(values, starts[i] + t * stepStride);
    return interpreter.predict();
  });
}

/** The fraction of places at which two lists agree: accuracy against labels, agreement between two networks. */
export function agreement(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let equal = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) equal++;
  return equal / a.length;
}

/**
 * A regression's values in their own units: value[l] = centre[l] + scale[l] * logit[l] * 2^-b, where b are the logits' fraction
 * bits. `centre` and `scale` stand in the model's metadata as `outputs`.
 *
 * @param logits [L], of `IntegerInterpreter.logits` or of a device
 * @param outputs without it, the float network's logits come out
 * @param out where they go; a new array without it
 * @returns [L]
 */
export function physicalValues(
  network: IntegerNetwork,
  logits: ArrayLike<number>,
  outputs?: { readonly centre: ArrayLike<number>; readonly scale: ArrayLike<number> },
  out = new Float64Array(logits.length),
): Float64Array {
  const unit = powerOfTwo(-logitBits(network));
  for (let l = 0; l < out.length; l++) {
    out[l] = outputs ? outputs.centre[l] + outputs.scale[l] * (logits[l] * unit) : logits[l] * unit;
  }
  return out;
}
