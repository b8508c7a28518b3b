import { IntegerInterpreter, logitBits, type IntegerNetwork } from '../integer/index.js';
import type { Kernels } from '../kernels/index.js';
import { powerOfTwo } from '../math/index.js';
import { forEachBlock, type NetworkOnData } from './evaluation.js';
import type { Outputs } from './metrics/index.js';
import type { LabelledRows } from './rows.js';

/** What a float network gives for rows: their logits, [rows][L]. */
export function floatLogits(
  kernels: Kernels,
  network: Pick<NetworkOnData, 'architecture' | 'parameters' | 'normalisation'>,
  rows: LabelledRows,
): Float64Array {
  const { from, size } = rows;
  const logits = new Float64Array(rows.rows * size);
  if (rows.rows === 0) return logits;
  const order = Uint32Array.from(new Set(rows.sequences));
  const every = network.architecture.output === 'every';
  let row = 0;
  forEachBlock({ ...network, kernels, sequences: from, rows: order }, false, (engine, start, count, steps) => {
    engine.forward(count, steps);
    for (let b = 0; b < count; b++) {
      for (; row < rows.rows && rows.sequences[row] === order[start + b]; row++) {
        const at = (every ? rows.steps[row] * count + b : b) * engine.logitStride;
        for (let l = 0; l < size; l++) logits[row * size + l] = engine.logits[at + l];
      }
    }
  });
  return logits;
}

/** What an integer network gives for rows, in the float network's units: [rows][L]. */
export function integerLogits(network: IntegerNetwork, rows: LabelledRows): Float64Array {
  const { from, size } = rows;
  const logits = new Float64Array(rows.rows * size);
  const interpreter = new IntegerInterpreter(network);
  const scores = new Int32Array(size);
  const unit = powerOfTwo(-logitBits(network));
  let sequence = -1;
  let step = 0;
  for (let row = 0; row < rows.rows; row++) {
    if (rows.sequences[row] !== sequence) {
      sequence = rows.sequences[row];
      interpreter.reset();
      step = 0;
    }
    for (; step <= rows.steps[row]; step++) {
      interpreter.step(from.values, from.starts[sequence] + step * from.stepStride);
    }
    interpreter.logits(scores);
    for (let l = 0; l < size; l++) logits[row * size + l] = scores[l] * unit;
  }
  return logits;
}

/**
 * Logits beside what is right. Of a regression they become physical values: centre + scale * logit.
 *
 * @param units [L] each, of a regression's outputs
 */
export function outputsOf(
  rows: LabelledRows,
  logits: Float64Array,
  units?: { readonly centre: ArrayLike<number>; readonly scale: ArrayLike<number> },
): Outputs {
  const { head, size, labels, targets, sequences } = rows;
  const values = units ? logits.map((z, i) => units.centre[i % size] + units.scale[i % size] * z) : logits;
  return { head, size, rows: rows.rows, logits: values, labels, targets, sequences };
}
