import type { WorkerHandle, Workers } from './types.js';

export type { WorkerHandle } from './types.js';

export function startTrainingWorker(data: unknown): WorkerHandle {
  // In these very words bundlers see the worker and bring it along.
  const worker = new Worker(new URL('../training/worker.js', import.meta.url), { type: 'module' });
  worker.postMessage(data);
  return {
    onError(listener) {
      const tell = (event: Event) => {
        event.preventDefault(); // told here, so the page's own error handler needn't hear of it
        const { message = 'its module could not be loaded' } = event as Partial<ErrorEvent>;
        listener(new Error(message.replace(/^Uncaught /, '')));
      };
      worker.addEventListener('error', tell, { once: true });
      worker.addEventListener('messageerror', tell, { once: true });
    },
    onMessage(listener) {
      worker.addEventListener('message', ({ data: message }) => listener(message));
    },
    async stop() {
      worker.terminate();
    },
  };
}

// The compiler checks here that this module is whole.
({ startTrainingWorker }) satisfies Workers;
