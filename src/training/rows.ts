import { evenlySpread } from '../math/index.js';
import { labelAt, lastFrame, targetSource } from './answers.js';
import type { HeadKind } from './metrics/index.js';
import type { LabelledSequences } from './task.js';

/** What a network's head is asked: its kind, its outputs, and where it reads the state. */
export interface HeadShape {
  readonly head: HeadKind;
  readonly output: 'last' | 'every' | 'mean';
  /** L: classes, labels or values. */
  readonly size: number;
}

/** Everything of a set of sequences that is judged: a row a sequence, or, of a head that speaks at every step, a labelled step. */
export interface LabelledRows extends HeadShape {
  readonly from: LabelledSequences;
  readonly rows: number;
  /** [rows], the sequence of each row. */
  readonly sequences: Uint32Array;
  /** [rows], its network step; the sequence's last one unless the head speaks at every step. */
  readonly steps: Uint32Array;
  /** [rows], the class; 0 for heads without classes. */
  readonly labels: Int32Array;
  /** [rows][L], undefined for softmax. */
  readonly targets: Float64Array | undefined;
}

/** The rows of the chosen sequences, in their order; what has no label or target is left out. See `Answers` for what is right. */
export function labelledRows(from: LabelledSequences, shape: HeadShape, chosen?: Uint32Array): LabelledRows {
  const sequences: number[] = [];
  const steps: number[] = [];
  const labels: number[] = [];
  const targets: number[] = [];
  const every = shape.output === 'every';
  const source = targetSource(from, shape.output);
  const put = (sequence: number, step: number) => {
    const frame = lastFrame(from, sequence, step);
    if (shape.head === 'softmax') {
      const label = labelAt(from, shape.output, sequence, frame);
      if (label < 0) return;
      labels.push(label);
    } else {
      if (!source) return;
      const at = source.byFrame ? frame : sequence;
      const values = source.values.subarray(at * shape.size, (at + 1) * shape.size);
      if (values.some(Number.isNaN)) return;
      targets.push(...values);
      labels.push(0);
    }
    sequences.push(sequence);
    steps.push(step);
  };
  const count = chosen ? chosen.length : from.count;
  for (let i = 0; i < count; i++) {
    const sequence = chosen ? chosen[i] : i;
    for (let step = every ? 0 : from.lengths[sequence] - 1; step < from.lengths[sequence]; step++) put(sequence, step);
  }
  return {
    ...shape,
    from,
    rows: sequences.length,
    sequences: Uint32Array.from(sequences),
    steps: Uint32Array.from(steps),
    labels: Int32Array.from(labels),
    targets: shape.head === 'softmax' ? undefined : Float64Array.from(targets),
  };
}

/** The rows at the given indices, in their order. */
export function rowsAt(rows: LabelledRows, index: Uint32Array): LabelledRows {
  const { size, targets } = rows;
  return {
    ...rows,
    rows: index.length,
    sequences: index.map((i) => rows.sequences[i]),
    steps: index.map((i) => rows.steps[i]),
    labels: Int32Array.from(index, (i) => rows.labels[i]),
    targets:
      targets &&
      Float64Array.from(
        { length: index.length * size },
        (_, i) => targets[index[Math.floor(i / size)] * size + (i % size)],
      ),
  };
}

/** At most `most` of the rows, evenly spread. */
export function someRows(rows: LabelledRows, most: number): LabelledRows {
  if (rows.rows <= most) return rows;
  return rowsAt(rows, evenlySpread(rows.rows, most));
}
