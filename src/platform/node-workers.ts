import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { WorkerHandle, Workers } from './types.js';

export type { WorkerHandle } from './types.js';

/** From `src/platform` and `dist/platform` alike: threads always run what is built. */
const trainingWorker = fileURLToPath(new URL('../../dist/training/worker.js', import.meta.url));

export function startTrainingWorker(data: unknown): WorkerHandle {
  const worker = new Worker(trainingWorker, { workerData: data });
  let stopped = false;
  return {
    onError(listener) {
      worker.once('error', (error) => {
        if (!stopped) listener(error as Error);
      });
    },
    onMessage(listener) {
      worker.on('message', listener);
    },
    async stop() {
      stopped = true;
      await worker.terminate();
    },
  };
}

// The compiler checks here that this module is whole.
({ startTrainingWorker }) satisfies Workers;
