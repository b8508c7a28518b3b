import { cos } from '../math/index.js';

/** How the learning rate changes over a whole run. */
export interface ScheduleSettings {
  readonly schedule: 'cosine' | 'step' | 'constant';
  readonly learningRate: number;
  readonly finalLearningRate: number;
  /** Epochs over which the rate grows linearly from 0. */
  readonly warmup: number;
}

/**
 * The learning rate at a moment of a run of `total` epochs. `epoch` is fractional: 2.5 is the middle of the third epoch.
 * - `cosine`: half a cosine from `learningRate` to `finalLearningRate`.
 * - `step`: `learningRate` for two thirds of the run, then a tenth of it (section 4 of the paper: 200 epochs, then 100).
 * - `constant`: `learningRate` throughout.
 */
export function learningRateAt(settings: ScheduleSettings, epoch: number, total: number): number {
  const { schedule, learningRate, finalLearningRate, warmup } = settings;
  const warm = epoch < warmup ? epoch / warmup : 1;
  if (schedule === 'constant') return learningRate * warm;
  if (schedule === 'step') return (epoch < (2 / 3) * total ? learningRate : 0.1 * learningRate) * warm;
  const progress = Math.min(1, Math.max(0, (epoch - warmup) / Math.max(total - warmup, 1e-9)));
  return (finalLearningRate + 0.5 * (learningRate - finalLearningRate) * (1 + cos(Math.PI * progress))) * warm;
}
