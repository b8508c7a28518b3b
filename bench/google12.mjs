// How long a training of the size of the paper's Google-12 takes: 22 246 sequences of random numbers (99 steps of 32 features, 12 classes), the network
// of 100 hidden units in ranks 16 and 25, batches of 100, three stages of 100 epochs, 3 093 more sequences that validate after each epoch.
// One epoch of each stage is measured and scaled.
//   npm run bench:google12 [-- --workers N] [-- --backend NAME] [-- --fma] [-- --json FILE]
// Beside the clock's time stands that of the processor, divided by the workers: what the clock would show on a machine that does nothing else.
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { equalSequences } from '../dist/integer/index.js';
import { iterationFlops } from '../dist/network/index.js';
import { resolveRecipe } from '../dist/recipe/index.js';
import { stagesOf, train } from '../dist/training/index.js';
import { architectureOf, shapes } from './shapes.mjs';
import { stopwatch } from './stopwatch.mjs';

const { values: options } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    backend: { type: 'string', default: 'auto' },
    fma: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const workers = Number(options.workers);
const [trained, validating] = [22_246, 3_093];
const { rows: batchSize, steps, inputSize: features, classes } = shapes.S1;
const epochsOfStage = 100;
const architecture = architectureOf('S1');

/** Numbers of a linear congruence: any will do, and 80 million must be quick. */
function randomTask() {
  const count = trained + validating;
  const values = new Int16Array(new SharedArrayBuffer(2 * count * steps * features));
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) >> 22;
  for (let i = 0; i < values.length; i++) values[i] = next();
  const labels = Int32Array.from({ length: count }, () => (next() + 512) % classes);
  // The first epoch warms up: threads start, functions are compiled.
  const recipe = resolveRecipe(
    {
      training: { batchSize, epochs: [2, 1, 1], learningRate: 0.001 },
      compression: { wSparsity: 0.3, uSparsity: 0.3 },
      data: { validation: 0.1 },
    },
    'google12',
  );
  return {
    architecture,
    training: recipe.training,
    compression: recipe.compression,
    seed: 1,
    sequences: { ...equalSequences(values, { count, steps, channels: features }), labels },
    trainRows: Uint32Array.from({ length: trained }, (_, i) => i),
    validationRows: Uint32Array.from({ length: validating }, (_, i) => trained + i),
    normalisation: {
      centre: new Int16Array(features),
      scale: new Float64Array(features).fill(1 / 300),
    },
    lsb: new Float64Array(features).fill(1),
    stages: stagesOf(recipe.training.epochs),
  };
}

const task = randomTask();
const epochs = [];
let elapsed;
const { backend } = await train(task, {
  workers,
  backend: options.backend,
  fma: options.fma,
  onEpoch: ({ stage }) => {
    if (elapsed) {
      const { ms, processorMs } = elapsed();
      epochs[stage] = { seconds: ms / 1000, processorSeconds: processorMs / 1000 / workers };
    }
    elapsed = stopwatch();
  },
});

const flops = iterationFlops(architecture, trained, steps);
const stages = task.stages.map(({ name }, i) => ({ name, ...epochs[i], gflops: flops / epochs[i].seconds / 1e9 }));
const total = (key) => epochsOfStage * stages.reduce((sum, stage) => sum + stage[key], 0);
const report = {
  cpu: os.cpus()[0]?.model.trim(),
  cores: os.availableParallelism(),
  node: process.version,
  backend: options.fma ? `${backend}-fma` : backend,
  workers,
  load: os.loadavg()[0],
  stages,
  minutes: total('seconds') / 60,
  processorMinutes: total('processorSeconds') / 60,
};
console.log(
  `${report.cpu}, ${report.cores} cores, Node ${report.node}; ${report.backend}, ${workers} workers; load ${report.load.toFixed(1)}`,
);
for (const { name, seconds, processorSeconds, gflops } of stages) {
  console.log(
    `${name}: ${seconds.toFixed(2)} s an epoch (of the processor, a worker: ${processorSeconds.toFixed(2)} s), ` +
      `${Math.round(trained / seconds)} sequences/s, ${gflops.toFixed(1)} GFLOP/s; ${epochsOfStage} epochs: ${((epochsOfStage * seconds) / 60).toFixed(2)} min`,
  );
}
console.log(
  `${3 * epochsOfStage} epochs: ${report.minutes.toFixed(2)} min (of the processor, a worker: ${report.processorMinutes.toFixed(2)} min)`,
);
if (options.json) await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
