import { breathe, now, parallelism } from '#platform';
import { startTrainingWorker, type WorkerHandle } from '#workers';
import { kernelBytes, loadKernels, type Backend, type KernelOptions } from '../kernels/index.js';
import { mostShards } from './batches.js';
import { Exchange, TrainingStopped } from './exchange.js';
import { TrainingLoop } from './loop.js';
import { progressReporter, type Progress } from './progress.js';
import { buffersOf, startingState } from './start.js';
import type { TrainingState } from './state.js';
import { TrainingError, type EpochRecord, type TrainingTask } from './task.js';
import type { WorkerInput } from './worker.js';

/** How a training runs; nothing here but `fma` changes its result. */
export interface TrainOptions extends KernelOptions {
  /** Threads, this one among them; by default one a core. Never more than shards; one where threads can't share memory. */
  readonly workers?: number;
  /** Goes on from a saved state, which stays as it is. */
  readonly state?: TrainingState;
  /** Called after each epoch, with the state to resume from. Later epochs change it: whoever keeps it copies it. */
  readonly onEpoch?: (record: EpochRecord, state: TrainingState) => void | Promise<void>;
  /** Called once, when it is known what runs. */
  readonly onStart?: (running: Running) => void;
  /** Called now and then, for display. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What runs a training. */
export interface Running {
  readonly backend: string;
  /** Whether products and sums are fused. */
  readonly fma: boolean;
  readonly workers: number;
}

/** What a training ends with. */
export interface TrainingResult {
  readonly parameters: Float32Array;
  /** 1 where a parameter may be nonzero. */
  readonly support: Float32Array;
  readonly history: readonly EpochRecord[];
  /** For each stage the epoch whose parameters were kept. */
  readonly chosenEpochs: readonly number[];
  readonly seconds: number;
  readonly backend: string;
  readonly workers: number;
}

/** Trains a network. The same task gives the same parameters, bit for bit, whatever the options but `fma`. */
export async function train(task: TrainingTask, options: TrainOptions = {}): Promise<TrainingResult> {
  const started = now();
  const wasm = options.wasm === undefined ? {} : { wasm: await kernelBytes(options.wasm) };
  const kernels = await loadKernels({ backend: options.backend ?? 'auto', fma: options.fma ?? false, ...wasm });
  const state = startingState(task, options.state);
  const shards = mostShards(task.trainRows.length, task.training.batchSize, task.training.shards);
  // A page has shared memory only where it is isolated from other origins.
  const most = typeof SharedArrayBuffer === 'undefined' ? 1 : shards;
  const workers = Math.max(1, Math.min(options.workers ?? parallelism(), most));
  options.onStart?.({ backend: kernels.backend, fma: kernels.fma, workers });
  const buffers = buffersOf(task, workers);
  const exchange = new Exchange(buffers, 0);
  const helpers: WorkerHandle[] = [];
  const failures: Promise<Error>[] = [];
  try {
    for (let worker = 1; worker < workers; worker++) {
      const { fma } = kernels;
      const backend = kernels.backend as Backend;
      const input: WorkerInput = { task, state, buffers, worker, backend, fma, ...wasm };
      const helper = startTrainingWorker(input);
      helpers.push(helper);
      failures.push(
        new Promise((resolve) => {
          helper.onError((error) => {
            exchange.stop(); // it can't say so itself where it died on the way to its loop
            resolve(error);
          });
        }),
      );
    }
    const loop = new TrainingLoop(kernels, task, exchange, state);
    const progress = progressReporter(task, state, options.onProgress);
    await loop.run({
      onBatch: (epochs, loss) => (progress(epochs, loss) ? breathe() : undefined),
      ...(options.onEpoch ? { onEpoch: options.onEpoch } : {}),
    });
  } catch (error) {
    exchange.stop();
    if (!(error instanceof TrainingStopped)) throw error;
    // Only a helper that fails stops this thread, so its error is here or on its way.
    const cause = await Promise.race(failures);
    throw new TrainingError(`a worker thread failed: ${cause.message}; fewer workers take less memory`, { cause });
  } finally {
    await Promise.all(helpers.map((helper) => helper.stop()));
  }
  return {
    parameters: state.parameters,
    support: state.support,
    history: state.history,
    chosenEpochs: state.chosen,
    seconds: (now() - started) / 1000,
    backend: kernels.backend,
    workers,
  };
}
