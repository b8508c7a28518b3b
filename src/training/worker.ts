import { workerInput } from '#platform';
import { loadKernels, type Backend } from '../kernels/index.js';
import { Exchange, TrainingStopped, type ExchangeBuffers } from './exchange.js';
import { TrainingLoop } from './loop.js';
import type { TrainingState } from './state.js';
import type { TrainingTask } from './task.js';

/** What a training gives each of its extra workers. */
export interface WorkerInput {
  readonly task: TrainingTask;
  readonly state: TrainingState;
  readonly buffers: ExchangeBuffers;
  readonly worker: number;
  readonly backend: Backend;
  readonly fma: boolean;
  readonly wasm?: Uint8Array;
}

/** An extra worker: the same loop as the first worker's, over its own shards, silent. */
async function work(): Promise<void> {
  const input = (await workerInput()) as WorkerInput;
  const exchange = new Exchange(input.buffers, input.worker);
  try {
    const kernels = await loadKernels(input);
    await new TrainingLoop(kernels, input.task, exchange, input.state).run();
  } catch (error) {
    exchange.stop(); // the others must not wait for this one
    if (!(error instanceof TrainingStopped)) throw error;
  }
}

void work(); // not awaited: bundlers make classic scripts of workers, which know no await here; a rejection is the host's to tell
