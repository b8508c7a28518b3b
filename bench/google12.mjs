// A training of the paper's Google-12 size: 22 246 sequences of 99 steps and 32 features, batches of 100, 300 epochs in three stages.
// An epoch of each stage is run on random data, on two workers, and stands for its hundred.
import { Random } from '../dist/math/index.js';
import { equalSequences } from '../dist/integer/index.js';
import { resolveRecipe } from '../dist/recipe/index.js';
import { stagesOf, train } from '../dist/training/index.js';
import { architectureOf, shapes } from './shapes.mjs';

const count = 22_246;

export async function measureTraining() {
  const { rows, steps, inputSize } = shapes.S1;
  const epochs = [100, 100, 100];
  const recipe = resolveRecipe(
    {
      data: { validation: 0 },
      training: { batchSize: rows, epochs },
      compression: { wSparsity: 0.3, uSparsity: 0.3 },
    },
    'google12',
  );
  const random = new Random(1);
  const some = Int16Array.from({ length: 99_991 }, () => Math.round(1000 * random.normal()));
  const values = new Int16Array(count * steps * inputSize);
  for (let i = 0; i < values.length; i += some.length) values.set(some.subarray(0, values.length - i), i);
  const task = {
    architecture: architectureOf('S1'),
    training: recipe.training,
    compression: recipe.compression,
    seed: 1,
    sequences: {
      ...equalSequences(values, { count, steps, channels: inputSize }),
      labels: Int32Array.from({ length: count }, () => random.below(12)),
    },
    trainRows: Uint32Array.from({ length: count }, (_, i) => i),
    validationRows: new Uint32Array(0),
    normalisation: { centre: Int16Array.of(0), scale: Float64Array.of(1 / 1000) },
    lsb: new Float64Array(inputSize).fill(1),
    stages: stagesOf(epochs).map((stage) => ({ ...stage, stopAfter: 1 })),
  };
  const ends = [];
  let start;
  const result = await train(task, {
    workers: 2,
    onProgress: () => (start ??= performance.now()),
    onEpoch: () => void ends.push(performance.now()),
  });
  const seconds = ends.map((end, i) => (end - (ends[i - 1] ?? start)) / 1000);
  const minutes = seconds.reduce((sum, second, i) => sum + second * epochs[i], 0) / 60;
  return { sequences: count, epochs, epochSeconds: seconds, minutes, backend: result.backend, workers: result.workers };
}
