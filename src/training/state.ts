import type { EpochRecord } from './task.js';

/** Where a training stands after an epoch: enough to go on with exactly the same result. */
export interface TrainingState {
  /** Index of the present stage; the number of stages when all are done. */
  stage: number;
  /** Finished epochs of the present stage. */
  epoch: number;
  /** Optimiser steps so far. */
  updates: number;
  readonly parameters: Float32Array;
  /** First and second moments (Adam), or the velocity and nothing (momentum). */
  readonly moment1: Float32Array;
  readonly moment2: Float32Array;
  /** 1 where a parameter may be nonzero. */
  readonly support: Float32Array;
  /** The best epoch of the present stage by validation, in stages 2 and 3. */
  best: BestEpoch | undefined;
  /** The epoch at which each finished stage ended or was best. */
  readonly chosen: number[];
  readonly history: EpochRecord[];
}

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
    updates: 0,
    parameters: parameters.slice(),
    moment1: new Float32Array(parameters.length),
    moment2: new Float32Array(parameters.length),
    support: new Float32Array(parameters.length).fill(1),
    best: undefined,
    chosen: [],
    history: [],
  };
}
