import { breathe, now, parallelism } from '#platform';
import { startTrainingWorker, type WorkerHandle } from '#workers';
import { kernelBytes, loadKernels, type Backend, type KernelOptions } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { initialise, parameterCount } from '../network/index.js';
import { shardsFor, streams } from './batches.js';
import { blockRows } from './evaluation.js';
import { Exchange, exchangeBuffers, TrainingStopped } from './exchange.js';
import { TrainingLoop } from './loop.js';
import { initialState, type TrainingState } from './state.js';
import { TrainingError, type EpochRecord, type TrainingTask } from './task.js';
import type { WorkerInput } from './worker.js';

/** How a training runs; nothing here but `fma` changes its result. */
export interface TrainOptions extends KernelOptions {
  /** Threads, this one among them; by default one a core. Never more than shards; one where threads can't share memory. */
  readonly workers?: number;
  /** Goes on from a saved state. */
  readonly state?: TrainingState;
  /** Called after each epoch, with the state to resume from. */
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

/** How far a training is. */
export interface Progress {
  /** Finished epochs, with a fraction. */
  readonly epochs: number;
  /** Epochs to run in all, those before a resumption among them. */
  readonly totalEpochs: number;
  readonly stage: string;
  /** Mean loss of the last batch. */
  readonly loss: number;
  /** NaN as long as nothing is known of the speed. */
  readonly secondsLeft: number;
  /** Sequences a second whose gradient is taken; NaN as long as nothing is known. */
  readonly sequencesPerSecond: number;
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

/** How often other work of this thread (signals, timers) gets its turn, in milliseconds. */
const breathEvery = 100;

/** Trains a network. The same task gives the same parameters, bit for bit, whatever the options but `fma`. */
export async function train(task: TrainingTask, options: TrainOptions = {}): Promise<TrainingResult> {
  const started = now();
  const wasm = options.wasm === undefined ? {} : { wasm: await kernelBytes(options.wasm) };
  const kernels = await loadKernels({ backend: options.backend ?? 'auto', fma: options.fma ?? false, ...wasm });
  const state = options.state ?? initialState(initialise(task.architecture, new Random(task.seed, streams.initialise)));
  const shards = shardsFor(task.training.batchSize, task.training.shards);
  // A page has shared memory only where it is isolated from other origins.
  const most = typeof SharedArrayBuffer === 'undefined' ? 1 : shards;
  const workers = Math.max(1, Math.min(options.workers ?? parallelism(), most));
  options.onStart?.({ backend: kernels.backend, fma: kernels.fma, workers });
  const blocks = Math.ceil(task.validationRows.length / blockRows);
  const buffers = exchangeBuffers(workers, task.training.shards, parameterCount(task.architecture), blocks);
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

/** Returns a function that reports at most every `breathEvery` milliseconds and says whether it did. */
function progressReporter(task: TrainingTask, state: TrainingState, report: TrainOptions['onProgress']) {
  const totalEpochs = task.stages.reduce((sum, stage) => sum + stage.stopAfter, 0);
  let first: { at: number; epochs: number } | undefined;
  let last = 0;
  return (epochs: number, loss: number): boolean => {
    const at = now();
    first ??= { at, epochs };
    if (at - last < breathEvery) return false;
    last = at;
    const speed = (epochs - first.epochs) / (at - first.at);
    const secondsLeft = speed > 0 ? (totalEpochs - epochs) / speed / 1000 : NaN;
    const sequencesPerSecond = speed > 0 ? speed * 1000 * task.trainRows.length : NaN;
    const stage = task.stages[state.stage]?.name ?? '';
    report?.({ epochs, totalEpochs, stage, loss, secondsLeft, sequencesPerSecond });
    return true;
  };
}
