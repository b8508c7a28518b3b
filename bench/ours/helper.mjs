// The second worker of a training iteration, a thread.
import { parentPort, workerData } from 'node:worker_threads';
import { createReplica } from './replica.mjs';

const run = await createReplica(workerData);
parentPort.on('message', async ({ iterations, rate }) => {
  await run(iterations, rate);
  parentPort.postMessage('done');
});
parentPort.postMessage('ready');
