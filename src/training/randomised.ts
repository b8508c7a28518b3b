import { Random } from '../math/index.js';
import { fixedResidual } from '../network/index.js';
import { batchesFor, streams } from './batches.js';
import type { TrainingTask } from './task.js';

/** One run of Algorithm 1: which of its iterates it gives, and the size of all its steps. */
export interface RandomisedGradient {
  /** M, the iterations that there are at most: all batches of the first stage. */
  readonly iterations: number;
  /** R, from 1 to M: the iterate that is given. theta_1 is the initial network, so R - 1 steps are made. */
  readonly iterate: number;
  /** gamma_k, the same for all k. */
  readonly stepSize: number;
  /** Epochs that are begun: R lies in the last of them. */
  readonly epochs: number;
}

/**
 * Algorithm 1 of the paper (appendix A), randomised stochastic gradient (Ghadimi & Lan 2013), with the step size of Theorem 3.1:
 *   theta_(k+1) = theta_k - gamma_k grad L_k(theta_k),   gamma_k = min(1 / (alpha T), dBar / (T sqrt(M)))
 * and the output theta_R, R drawn from P_R(k) = (2 gamma_k - L gamma_k^2) / sum_j (2 gamma_j - L gamma_j^2), which is uniform on
 * 1 .. M, as all gamma_k are equal. The constants that O hides are 1. R depends on the seed and on M alone.
 */
export function randomisedGradient(
  task: Pick<TrainingTask, 'architecture' | 'training' | 'seed' | 'sequences' | 'trainRows'>,
): RandomisedGradient {
  const { architecture, training, seed, sequences, trainRows } = task;
  const batches = batchesFor(trainRows.length, training.batchSize);
  const iterations = batches * training.epochs[0];
  const iterate = 1 + new Random(seed, streams.iterate).below(iterations);
  const T = sequences.steps;
  const { dBar = 1 } = training;
  // Of a trained alpha its first value, which is the default of a fixed one.
  const alpha = architecture.cell === 'RNN' ? 1 : fixedResidual(architecture).alpha;
  return {
    iterations,
    iterate,
    stepSize: Math.min(1 / (alpha * T), dBar / (T * Math.sqrt(iterations))),
    epochs: Math.ceil(iterate / batches),
  };
}

/** The rows of an epoch, each drawn from all of them: the gradients of Algorithm 1 are independent of each other. */
export function drawnOrder(rows: Uint32Array, seed: number, epoch: number): Uint32Array<ArrayBuffer> {
  const random = new Random(seed, streams.shuffle + epoch);
  return Uint32Array.from(rows, () => rows[random.below(rows.length)]);
}
