import type { Normalisation } from '../integer/index.js';
import { NetworkEngine, type Architecture } from '../network/index.js';
import type { Kernels } from '../kernels/index.js';
import { Gather } from './gather.js';
import type { LabelledSequences } from './task.js';

/** Rows that are evaluated at once. */
export const blockRows = 64;

export interface Evaluation {
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** [count] */
  readonly predictions: Int32Array;
}

/** How many of an evaluated block's rows got their label. */
export function countCorrect(engine: NetworkEngine, rows: number): number {
  let correct = 0;
  for (let r = 0; r < rows; r++) if (engine.predictions[r] === engine.labels[r]) correct++;
  return correct;
}

/** Runs a float network over all sequences, in their order. */
export function evaluateFloat(
  kernels: Kernels,
  architecture: Architecture,
  parameters: Float32Array,
  normalisation: Normalisation,
  sequences: LabelledSequences,
): Evaluation {
  const engine = new NetworkEngine(kernels, architecture, { rows: blockRows, steps: sequences.steps, training: false });
  engine.parameters.set(parameters);
  const gather = new Gather(sequences, normalisation);
  const rows = Uint32Array.from({ length: sequences.count }, (_, i) => i);
  const predictions = new Int32Array(sequences.count);
  let correct = 0;
  let loss = 0;
  for (let start = 0; start < sequences.count; start += blockRows) {
    const end = Math.min(sequences.count, start + blockRows);
    gather.plain(engine, rows, start, end);
    loss += engine.evaluate(end - start, gather.steps(rows, start, end));
    correct += countCorrect(engine, end - start);
    predictions.set(engine.predictions.subarray(0, end - start), start);
  }
  return { accuracy: correct / sequences.count, loss: loss / sequences.count, predictions };
}
