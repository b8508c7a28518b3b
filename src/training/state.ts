import type { OptimiserState } from '../network/index.js';
import type { EpochRecord } from './task.js';

/** Where a training stands after an epoch: enough to go on with exactly the same result. */
export interface TrainingState {
  /** Index of the present stage; the number of stages when all are done. */
  stage: number;
  /** Finished epochs of the present stage. */
  epoch: number;
  readonly parameters: Float32Array;
  /** What the optimiser remembers: Adam's m and v, or the velocity and nothing. */
  readonly first: Float32Array;
  readonly second: Float32Array;
  optimiser: OptimiserState;
  /** 1 where a parameter may be nonzero. */
  readonly support: Float32Array;
  /** The best epoch of the present stage by validation, in all stages but the first. */
  best: BestEpoch | undefined;
  /** The epoch at which each finished stage ended or was best. */
  readonly chosen: number[];
  readonly history: EpochRecord[];
  /** Training for streams: the rows that fired when they were last looked for. */
  hard: readonly number[];
  /** How often training went back to the beginning of an epoch that was lost, and halved its rate. */
  halvings: number;
}

/** The epoch with the best validation so far, and its network. */
export interface BestEpoch {
  readonly epoch: number;
  readonly accuracy: number;
  readonly loss: number;
  readonly parameters: Float32Array;
  readonly support: Float32Array;
}

/** The state before the first epoch. */
export function initialState(parameters: Float32Array): TrainingState {
  return {
    stage: 0,
    epoch: 0,
    parameters: parameters.slice(),
    first: new Float32Array(parameters.length),
    second: new Float32Array(parameters.length),
    optimiser: { beta1Power: 1, beta2Power: 1 },
    support: new Float32Array(parameters.length).fill(1),
    best: undefined,
    chosen: [],
    history: [],
    hard: [],
    halvings: 0,
  };
}
