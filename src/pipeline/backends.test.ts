import { describe, expect, test } from 'vitest';
import { makeDataset } from '../data/index.js';
import { resolveRecipe, type LoadedRecipe } from '../recipe/index.js';
import { everyBackend } from '../testing/backends.js';
import { toySequences } from '../testing/index.js';
import { encode } from './models.js';
import { trainModel, type TrainModelOptions } from './train-model.js';

const part = (rows: number, seed: number) => ({ ...toySequences(rows, 2, seed), groups: undefined });
const dataset = await makeDataset({
  name: 'toy',
  classNames: ['a', 'b', 'c'],
  channelNames: ['x', 'y', 'z'],
  units: ['g', 'g', 'g'],
  lsb: new Float64Array(3).fill(0.01),
  train: part(160, 1),
  test: part(30, 2),
  notes: [],
});

/** All that a training can have: three stages, low rank, thresholding, smoothing, decay, every augmentation. */
const recipe = (cell: string): LoadedRecipe => ({
  name: 'toy',
  recipe: resolveRecipe(
    {
      network: {
        cell,
        hiddenSize: 19,
        wRank: 2,
        uRank: 5,
        ...(cell === 'FastGRNN' ? { gate: 'sigmoid' } : {}),
        update: 'tanh',
      },
      compression: { wSparsity: 0.5, uSparsity: 0.4, thresholdEvery: 1 },
      training: {
        ...{ epochs: [2, 2, 1], batchSize: 64, learningRate: 0.02, labelSmoothing: 0.1, weightDecay: 0.01 },
        augment: { rotate: 10, shift: 1, scale: 0.1, noise: 0.1 },
      },
    },
    'toy',
  ),
});

async function trained(cell: string, options: TrainModelOptions) {
  const { model, phases } = await trainModel(recipe(cell), dataset, options, () => {});
  const file = Buffer.from(await encode(model)).toString('base64');
  return { model, file, phases };
}

const backends = await everyBackend();

describe.each(['FastGRNN', 'FastRNN'])('a whole training of %s', (cell) => {
  test('gives one model file, to the byte, on every exact backend with 1, 2 and 4 workers', async () => {
    const reference = await trained(cell, { backend: 'wasm', workers: 1 });
    expect(reference.model.facts.provenance.fma).toBe(false);
    expect(new Set(reference.model.parameters).size).toBeGreaterThan(50);
    for (const backend of backends.filter(({ exact }) => exact)) {
      for (const workers of [1, 2, 4]) {
        const own = await trained(cell, { ...backend.options, workers });
        const ran = own.phases.map((phase) => [phase.backend, phase.workers]);
        expect(ran).toEqual(own.phases.map(() => [backend.options.backend, workers]));
        expect(own.file === reference.file, `${backend.name}, ${workers} workers`).toBe(true);
      }
    }
  });

  test.each(backends.filter(({ exact }) => !exact))(
    '$name gives other bytes, losses equal to four digits, and says so in the model',
    async (backend) => {
      const [own, reference] = [
        await trained(cell, { ...backend.options, workers: 1 }),
        await trained(cell, { backend: 'wasm', workers: 1 }),
      ];
      expect(own.model.facts.provenance.fma).toBe(true);
      expect(own.file).not.toBe(reference.file);
      const losses = (t: typeof own) => t.phases.flatMap(({ history }) => history.map(({ loss }) => loss));
      // Each sum errs by some 1e-7; what five epochs make of it was 2e-8, and stays far below what a loss is read to.
      losses(own).forEach((loss, epoch) => {
        expect(Math.abs(loss / losses(reference)[epoch] - 1), `epoch ${epoch}`).toBeLessThan(1e-4);
      });
      expect(losses(own)).toHaveLength(5);
    },
  );
});
