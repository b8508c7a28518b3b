import { Random } from '../math/index.js';
import { initialise, parameterCount } from '../network/index.js';
import { streams } from './batches.js';
import { blockRows } from './evaluation.js';
import { exchangeBuffers, type ExchangeBuffers } from './exchange.js';
import { initialState, type TrainingState } from './state.js';
import type { TrainingTask } from './task.js';

/** The state that a training begins with: a copy of an earlier one, which stays as it is, or that before the first epoch. */
export function startingState(task: TrainingTask, earlier: TrainingState | undefined): TrainingState {
  if (earlier) return structuredClone(earlier);
  return initialState(initialise(task.architecture, new Random(task.seed, streams.initialise)));
}

/** Memory for the exchange of a training's workers. */
export function buffersOf({ architecture, training, validationRows }: TrainingTask, workers: number): ExchangeBuffers {
  const blocks = Math.ceil(validationRows.length / blockRows);
  return exchangeBuffers(workers, training.shards, parameterCount(architecture), blocks);
}
