import { startTrainingWorker, type WorkerHandle } from '#workers';
import { kernelBytes, KernelError } from '../kernels/index.js';
import { TrainingStopped } from './exchange.js';
import { TrainingError, type TrainingTask } from './task.js';
import type { TrainingResult, TrainOptions } from './train.js';
import type { WholeTraining, WholeTrainingMessage } from './worker.js';

/**
 * Trainings side by side, each in one thread of its own, for when there are at least as many as cores: they share nothing, so no
 * one waits for another. A training gives the same bits here as by `train`.
 */
export class TrainingPool {
  private readonly running = new Set<{ handle: WorkerHandle; fail: (error: Error) => void }>();
  private ended = false;

  get stopped(): boolean {
    return this.ended;
  }

  /** `train`, in a thread of its own. `workers` of the options is not looked at. */
  readonly train = async (task: TrainingTask, options: TrainOptions = {}): Promise<TrainingResult> => {
    const { backend = 'auto', fma = false, state } = options;
    const wasm = options.wasm === undefined ? {} : { wasm: await kernelBytes(options.wasm) };
    if (this.ended) throw new TrainingStopped('the trainings were stopped');
    const handle = startTrainingWorker({ task, state, backend, fma, ...wasm } satisfies WholeTraining);
    let entry: { handle: WorkerHandle; fail: (error: Error) => void } | undefined;
    try {
      return await new Promise<TrainingResult>((resolve, reject) => {
        entry = { handle, fail: reject };
        this.running.add(entry);
        handle.onError((cause) => reject(new TrainingError(`a training's thread failed: ${cause.message}`, { cause })));
        listen(handle, options, resolve, reject);
      });
    } finally {
      if (entry) this.running.delete(entry);
      await handle.stop();
    }
  };

  /** Ends all that run: they throw `TrainingStopped`, and so does what is started later. */
  async stop(): Promise<void> {
    this.ended = true;
    for (const { fail } of this.running) fail(new TrainingStopped('the trainings were stopped'));
    await Promise.all([...this.running].map(({ handle }) => handle.stop()));
  }
}

function listen(
  handle: WorkerHandle,
  options: TrainOptions,
  resolve: (result: TrainingResult) => void,
  reject: (error: unknown) => void,
): void {
  let backend = '';
  /** Epochs are told one after the other, as `train` does. */
  let told: Promise<unknown> = Promise.resolve();
  const then = (next: () => unknown) => {
    told = told.then(next);
    told.catch(reject);
  };
  handle.onMessage((data) => {
    const message = data as WholeTrainingMessage;
    switch (message.kind) {
      case 'start':
        backend = message.backend;
        options.onStart?.({ backend, fma: message.fma, workers: 1 });
        break;
      case 'progress':
        options.onProgress?.(message.progress);
        break;
      case 'epoch':
        then(() => options.onEpoch?.(message.record, message.state));
        break;
      case 'end': {
        const { parameters, support, history, chosen: chosenEpochs } = message.state;
        const { seconds } = message;
        then(() => resolve({ parameters, support, history, chosenEpochs, seconds, backend, workers: 1 }));
        break;
      }
      case 'refusal':
        reject(new { TrainingError, KernelError }[message.name](message.message));
    }
  });
}
