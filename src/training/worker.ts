import { now, tellStarter, workerInput } from '#platform';
import { KernelError, loadKernels, type KernelOptions } from '../kernels/index.js';
import { Exchange, TrainingStopped, type ExchangeBuffers } from './exchange.js';
import { TrainingLoop } from './loop.js';
import { progressReporter, type Progress } from './progress.js';
import { buffersOf, startingState } from './start.js';
import type { TrainingState } from './state.js';
import { TrainingError, type EpochRecord, type TrainingTask } from './task.js';

/** What a training gives each of its extra workers. */
export interface WorkerInput extends KernelOptions {
  readonly task: TrainingTask;
  readonly state: TrainingState;
  readonly buffers: ExchangeBuffers;
  readonly worker: number;
  readonly wasm?: Uint8Array;
}

/** What a worker is given that runs a whole training by itself. */
export interface WholeTraining extends KernelOptions {
  readonly task: TrainingTask;
  /** To go on from. */
  readonly state: TrainingState | undefined;
  readonly wasm?: Uint8Array;
}

/** What that worker tells. */
export type WholeTrainingMessage =
  | { readonly kind: 'start'; readonly backend: string; readonly fma: boolean }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly state: TrainingState }
  | { readonly kind: 'end'; readonly state: TrainingState; readonly seconds: number }
  /** The task is at fault, or the machine lacks something. */
  | { readonly kind: 'refusal'; readonly name: 'TrainingError' | 'KernelError'; readonly message: string };

async function work(): Promise<void> {
  const input = (await workerInput()) as WorkerInput | WholeTraining;
  await ('buffers' in input ? help(input) : trainAlone(input));
}

/** An extra worker: the same loop as the first worker's, over its own shards, silent. */
async function help(input: WorkerInput): Promise<void> {
  const exchange = new Exchange(input.buffers, input.worker);
  try {
    const kernels = await loadKernels(input);
    await new TrainingLoop(kernels, input.task, exchange, input.state).run();
  } catch (error) {
    exchange.stop(); // the others must not wait for this one
    if (!(error instanceof TrainingStopped)) throw error;
  }
}

/** A whole training in this thread. */
async function trainAlone({ task, state: earlier, ...options }: WholeTraining): Promise<void> {
  const tell = (message: WholeTrainingMessage) => tellStarter(message);
  const started = now();
  try {
    const kernels = await loadKernels(options);
    const state = startingState(task, earlier);
    const loop = new TrainingLoop(kernels, task, new Exchange(buffersOf(task, 1), 0), state);
    const progress = progressReporter(task, state, (reached) => tell({ kind: 'progress', progress: reached }));
    tell({ kind: 'start', backend: kernels.backend, fma: kernels.fma });
    await loop.run({
      onBatch: (epochs, loss) => void progress(epochs, loss),
      onEpoch: (record, reached) => tell({ kind: 'epoch', record, state: reached }),
    });
    tell({ kind: 'end', state, seconds: (now() - started) / 1000 });
  } catch (error) {
    if (!(error instanceof TrainingError || error instanceof KernelError)) throw error;
    tell({
      kind: 'refusal',
      name: error instanceof TrainingError ? 'TrainingError' : 'KernelError',
      message: error.message,
    });
  }
}

void work(); // not awaited: bundlers make classic scripts of workers, which know no await here; a rejection is the host's to tell
