import { Random } from '../math/index.js';
import { epochOrder, streams } from './batches.js';

/**
 * A weight for each class by which its rows' losses are multiplied, so that every class that occurs counts the same in all:
 * n / (classes n_c) with n rows, n_c of them of class c. The mean weight of the rows is 1. Rows without a class keep 1.
 *
 * @returns [classes], 0 for a class that doesn't occur
 */
export function classWeights(labels: Int32Array, rows: Uint32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  let labelled = 0;
  for (const row of rows) {
    if (labels[row] < 0) continue;
    counts[labels[row]]++;
    labelled++;
  }
  const present = counts.reduce((sum, count) => sum + Number(count > 0), 0);
  return counts.map((count) => (count > 0 ? labelled / (present * count) : 0));
}

/**
 * As many rows as there are, of each class that occurs equally many (but for a remainder), each class's rows in turn in an
 * order drawn anew for each round; then all shuffled. A function of seed and epoch alone.
 */
export function balancedOrder(
  rows: Uint32Array,
  labels: Int32Array,
  seed: number,
  epoch: number,
): Uint32Array<ArrayBuffer> {
  const members = new Map<number, Uint32Array>();
  for (const label of [...new Set(Array.from(rows, (row) => labels[row]))].sort((a, b) => a - b)) {
    members.set(
      label,
      rows.filter((row) => labels[row] === label),
    );
  }
  const classes = [...members.values()];
  const random = new Random(seed, streams.balance + epoch);
  const order = new Uint32Array(rows.length);
  const next = classes.map((own) => own.length); // all used up: shuffled before the first is taken
  for (let i = 0; i < order.length; i++) {
    const c = i % classes.length;
    const own = classes[c];
    if (next[c] === own.length) {
      random.shuffle(own);
      next[c] = 0;
    }
    order[i] = own[next[c]++];
  }
  return epochOrder(order, seed, epoch);
}
