// Our implementation as a process of its own: node process.mjs '{"kernels": {"backend": "wasm"}, "threads": 2, "shards": 8}' (shards of
// a batch: without them as many as are best for the shape, or one a worker)
import { Worker } from 'node:worker_threads';
import { loadKernels, peakProbe } from '../../dist/kernels/index.js';
import { exchangeBuffers } from '../../dist/training/exchange.js';
import { answerRequests } from '../answer.mjs';
import { readProblem } from '../problem.mjs';
import { stopwatch } from '../stopwatch.mjs';
import { createReplica } from './replica.mjs';

const { kernels, threads, shards: wanted } = JSON.parse(process.argv[2]);
const probe = peakProbe(await loadKernels(kernels));
const peak = () => {
  const elapsed = stopwatch();
  probe.run();
  return { ...elapsed(), flops: probe.operations };
};
for (let i = 0; i < 5; i++) peak(); // engines compile WASM twice
let run;
let helpers = [];
let rates;

const message = (worker) =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });

async function iterate(iterations, rate) {
  const others = helpers.map((helper) => {
    const done = message(helper);
    helper.postMessage({ iterations, rate });
    return done;
  });
  const losses = await run(iterations, rate);
  await Promise.all(others);
  return losses;
}

await answerRequests({
  async prepare({ problem }) {
    await Promise.all(helpers.map((helper) => helper.terminate()));
    const facts = await readProblem(problem);
    const shards = wanted ?? facts.shards ?? threads;
    const buffers = exchangeBuffers(threads, shards, facts.parameters.length, 0);
    const setting = { kernels, problem, shards, buffers };
    helpers = Array.from(
      { length: threads - 1 },
      (_, i) => new Worker(new URL('helper.mjs', import.meta.url), { workerData: { ...setting, worker: i + 1 } }),
    );
    await Promise.all(helpers.map(message));
    run = await createReplica({ ...setting, worker: 0 });
    rates = facts.rates;
    return { losses: [...(await iterate(facts.checkedIterations, rates.checked))] };
  },
  async run({ iterations }) {
    const elapsed = stopwatch();
    const losses = await iterate(iterations, rates.timed);
    return { ...elapsed(), loss: losses.at(-1) };
  },
  peak,
});
