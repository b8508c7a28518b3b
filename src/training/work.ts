import { forwardFlops, iterationFlops, type Architecture } from '../network/index.js';
import type { TrainingTask } from './task.js';

/** What a training does: the measure of its speed. */
export interface Work {
  /** Sequences whose gradient was taken, each as often as it was. */
  readonly sequences: number;
  /** Useful floating-point operations (`iterationFlops`), those of validation among them. */
  readonly flops: number;
}

/** The work of one epoch. Sequences count with the steps that they have. */
export function epochWork({ architecture, sequences, trainRows, validationRows }: TrainingTask): Work {
  const each = (rows: Uint32Array, flops: (arch: Architecture, rows: number, steps: number) => number) => {
    const rowsOf = new Map<number, number>();
    for (const row of rows) {
      const steps = sequences.lengths[row];
      rowsOf.set(steps, (rowsOf.get(steps) ?? 0) + 1);
    }
    return [...rowsOf].reduce((sum, [steps, count]) => sum + flops(architecture, count, steps), 0);
  };
  return {
    sequences: trainRows.length,
    flops: each(trainRows, iterationFlops) + each(validationRows, forwardFlops),
  };
}
