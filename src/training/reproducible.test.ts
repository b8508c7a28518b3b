import { describe, expect, it } from 'vitest';
import { toyTask, type ToyOptions } from '../testing/index.js';
import { train } from './train.js';

const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** All that a training can have: four stages, early stopping, every augmentation, shards of unequal size. */
const everything: ToyOptions = {
  rows: 150,
  validationRows: 150,
  separation: 1.5,
  epochs: [2, 2, 2],
  training: {
    batchSize: 70,
    roundedEpochs: 2,
    labelSmoothing: 0.1,
    weightDecay: 0.01,
    augment: { rotate: 10, shift: 1, scale: 0.1, noise: 0.1 },
  },
  compression: { wSparsity: 0.4, uSparsity: 0.5, thresholdEvery: 1 },
};

describe('the same task', () => {
  for (const optimiser of ['adam', 'momentum', 'sgd']) {
    it(`gives the same bits with ${optimiser}, for any number of workers`, async () => {
      const options = { ...everything, training: { ...everything.training, optimiser } };
      const one = await train(toyTask(options), { workers: 1 });
      for (const workers of [2, 3]) {
        const more = await train(toyTask(options), { workers });
        expect(more.workers).toBe(workers);
        expect(bits(more.parameters)).toEqual(bits(one.parameters));
        expect(bits(more.support)).toEqual(bits(one.support));
        expect(more.history).toEqual(one.history);
        expect(more.chosenEpochs).toEqual(one.chosenEpochs);
      }
    });
  }

  it('of two layers in both directions, with dropout between them', async () => {
    const options: ToyOptions = {
      ...{ ...everything, rows: 200 },
      network: { layers: 2, bidirectional: true },
      training: { ...everything.training, dropout: 0.3 },
    };
    const one = await train(toyTask(options), { workers: 1 });
    for (const backend of ['wasm', 'auto'] as const) {
      const more = await train(toyTask(options), { workers: 3, backend });
      expect(more.workers).toBe(3);
      expect(bits(more.parameters)).toEqual(bits(one.parameters));
      expect(more.history).toEqual(one.history);
    }
    for (const change of [{ dropout: 0.31 }, { dropout: 0 }]) {
      const other = await train(toyTask({ ...options, training: { ...options.training, ...change } }), { workers: 1 });
      expect(bits(other.parameters)).not.toEqual(bits(one.parameters));
    }
  });

  it('gives other bits for other seeds, shards or augmentations', async () => {
    const { parameters } = await train(toyTask(everything), { workers: 1 });
    for (const change of [{ seed: 2 }, { training: { shards: 2 } }, { training: { augment: { noise: 0.2 } } }]) {
      const training = { ...everything.training, ...change.training };
      const other = await train(toyTask({ ...everything, ...change, training }), { workers: 1 });
      expect(bits(other.parameters)).not.toEqual(bits(parameters));
    }
  });

  it('takes no more workers than there are shards', async () => {
    expect((await train(toyTask({ training: { batchSize: 16 } }), { workers: 9 })).workers).toBe(2);
  });
});
