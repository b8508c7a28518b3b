import { exp, ln } from '../../math/index.js';
import { softmaxOf } from './calibration.js';
import type { Outputs } from './outputs.js';

/**
 * Each row's loss: cross-entropy of classes, binary cross-entropy summed over labels, half the mean squared error of values
 * in units of each output's deviation over the rows.
 */
export function rowLosses(outputs: Outputs): Float64Array {
  const { head, rows, size, logits, labels, targets } = outputs;
  const losses = new Float64Array(rows);
  if (head === 'softmax') {
    const p = new Float64Array(size);
    for (let row = 0; row < rows; row++) {
      softmaxOf(logits, row * size, p);
      losses[row] = -ln(Math.max(1e-300, p[labels[row]]));
    }
    return losses;
  }
  if (!targets) return losses;
  const spread = head === 'regression' ? deviations(targets, size) : undefined;
  for (let i = 0; i < logits.length; i++) {
    const row = Math.floor(i / size);
    if (spread) {
      const error = (logits[i] - targets[i]) / spread[i % size];
      losses[row] += (0.5 * error * error) / size;
    } else {
      const z = targets[i] === 1 ? -logits[i] : logits[i];
      losses[row] += Math.max(z, 0) + ln(1 + exp(-Math.abs(z)));
    }
  }
  return losses;
}

/** Each column's deviation, 1 where it doesn't vary. */
function deviations(values: Float64Array, columns: number): Float64Array {
  const rows = values.length / columns;
  const means = new Float64Array(columns);
  values.forEach((value, i) => (means[i % columns] += value / rows));
  const squares = new Float64Array(columns);
  values.forEach(
    (value, i) => (squares[i % columns] += ((value - means[i % columns]) * (value - means[i % columns])) / rows),
  );
  return squares.map((square) => (square > 0 ? Math.sqrt(square) : 1));
}

/** A sequence with its mean loss over its rows. */
export interface SequenceLoss {
  readonly sequence: number;
  readonly loss: number;
  /** Its rows in the outputs: from `first` up to `end`. */
  readonly first: number;
  readonly end: number;
}

/** The sequences of the highest mean loss, highest first. Rows of one sequence stand together. */
export function worstSequences(outputs: Outputs, count: number): SequenceLoss[] {
  const losses = rowLosses(outputs);
  const all: SequenceLoss[] = [];
  for (let first = 0; first < outputs.rows;) {
    const sequence = outputs.sequences[first];
    let end = first;
    let sum = 0;
    while (end < outputs.rows && outputs.sequences[end] === sequence) sum += losses[end++];
    all.push({ sequence, loss: sum / (end - first), first, end });
    first = end;
  }
  return all.sort((a, b) => b.loss - a.loss || a.sequence - b.sequence).slice(0, count);
}
