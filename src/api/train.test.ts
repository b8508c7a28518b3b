import { describe, expect, it } from 'vitest';
import { datasetFrom, loadDataset } from '../data/index.js';
import { Random } from '../math/index.js';
import { encode, trainRecipe } from '../pipeline/index.js';
import { resolveRecipe } from '../recipe/index.js';
import { temporaryFolder, writeCsv } from '../testing/index.js';
import { convert, evaluate, exportC, simulate, train } from './index.js';

/** Sequences of 5 to 9 steps of two channels, of which that of the class is high. */
function made(count: number): { sequences: number[][][]; labels: string[]; groups: string[] } {
  const random = new Random(5);
  const labels = Array.from({ length: count }, (_, i) => ['left', 'right'][i % 2]);
  const sequences = labels.map((label) =>
    Array.from({ length: 5 + random.below(5) }, () =>
      ['left', 'right'].map((channel) => Number(channel === label) + 0.1 * random.normal()),
    ),
  );
  return { sequences, labels, groups: labels.map((_, i) => `person ${i % 5}`) };
}

const settings = {
  network: { hiddenSize: 4 },
  training: { epochs: [15, 0, 0], batchSize: 8, learningRate: 0.05 },
  workers: 1,
} as const;

describe('train', () => {
  it('goes from arrays to firmware', async () => {
    const { sequences, labels, groups } = made(60);
    const { model, dataset, history } = await train({ ...settings, training: { ...settings.training, epochs: [15, 0, 0] }, sequences, labels, groups, testBy: 'group' }); // prettier-ignore
    expect(history).toHaveLength(15);
    expect(dataset.test.count).toBe(12); // a person of five
    expect(model.facts.classNames).toEqual(['left', 'right']);
    const integer = convert(model);
    const { metric, test } = await evaluate(integer, dataset.test);
    expect([metric, test]).toEqual(['accuracy', 1]); // ten deviations apart
    expect(await evaluate(model, dataset.test)).toMatchObject({ test: 1 });
    const files = exportC(integer, { prefix: 'side' });
    expect(Object.keys(files)).toEqual(['side.h', 'side.c']);
    expect(files['side.h']).toContain('Classes: 0 left, 1 right.');
    const { runtime } = await simulate(integer, { sequences: dataset.test });
    expect(runtime).toMatchObject({ bitExact: true });
    expect(runtime?.steps).toBeGreaterThanOrEqual(1000);
  });

  it('gives the same model as the command line, of the same data and recipe', async () => {
    const folder = await temporaryFolder();
    try {
      await writeCsv(`${folder.path}/data`, { recordings: 12 });
      const recipe = { ...settings, recipe: `${folder.path}/data/recipe.yaml`, out: `${folder.path}/run` };
      const { trained, dataset } = await trainRecipe(recipe);
      const same = await loadDataset(
        resolveRecipe({ data: { name: 'csv', path: `${folder.path}/data` } }, 'test').data,
      );
      expect(same.hash).toBe(dataset.hash);
      const { model } = await train({
        dataset: same,
        network: { hiddenSize: 4, wRank: 2, uRank: 2 },
        training: { epochs: [6, 0, 0], batchSize: 8, learningRate: 0.05 },
      });
      // But the recipe's name and hash, where the folder's path stands.
      const { provenance } = trained.model.facts;
      expect(await encode({ ...model, facts: { ...model.facts, provenance } })).toEqual(await encode(trained.model));
    } finally {
      await folder.remove();
    }
  });

  it('tells wrong options as recipes do', async () => {
    const data = made(10);
    await expect(train({ ...data, network: { hiddenSize: 0 } })).rejects.toThrow(
      /network\.hiddenSize: 0 must be an integer from 1 to 255/,
    );
    await expect(train({ ...data, training: { augment: { warp: 0.1 } } })).rejects.toThrow(
      /training\.augment\.warp: is for sounds, and .* is none; take it out/,
    );
  });
});

describe('datasetFrom', () => {
  it('keeps values, labels and groups together', async () => {
    const dataset = await datasetFrom({ ...made(40), lsb: 1 / 1024, channelNames: ['l', 'r'], units: ['g', 'g'] });
    expect([dataset.train.count, dataset.test.count]).toEqual([32, 8]);
    for (const part of [dataset.train, dataset.test]) {
      for (let i = 0; i < part.count; i++) {
        const [left, right] = part.values.subarray(part.starts[i]);
        expect(left > right ? 0 : 1).toBe(part.labels[i]);
        expect(part.lengths[i]).toBeGreaterThanOrEqual(5);
      }
    }
    expect(new Set(dataset.train.groups).size).toBe(5);
  });

  it('takes flat arrays, targets and labels of steps', async () => {
    const dataset = await datasetFrom({
      channels: 2,
      sequences: [Float32Array.of(1, 2, 3, 4), Int16Array.of(5, 6), [7, 8, 9, 10, 11, 12]],
      stepLabels: [[0, 1], [1], [-1, 0, 1]],
      targets: [[0.5], [1], [2]],
      classNames: ['y'],
      test: { sequences: [[13, 14]], stepLabels: [[0]], targets: [[3]] },
    }).catch((error: unknown) => error);
    expect(dataset).toBeInstanceOf(Error); // label 1 of one class
    const { train: part, test } = await datasetFrom({
      channels: 2,
      sequences: [Float32Array.of(1, 2, 3, 4), Int16Array.of(5, 6), [7, 8, 9, 10, 11, 12]],
      stepLabels: [[0, 1], [1], [-1, 0, 1]],
      test: { sequences: [[13, 14]], stepLabels: [[0]] },
    });
    expect([...part.values]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect([[...part.lengths], [...part.starts]]).toEqual([[2, 1, 3], [0, 4, 6]]); // prettier-ignore
    expect([...(part.frameLabels ?? [])]).toEqual([0, 1, 1, -1, 0, 1]);
    expect([...test.values]).toEqual([13, 14]);
  });

  it('finds the classes of more labels of steps than a call takes arguments', async () => {
    const stepLabels = Array.from({ length: 300 }, (_, i) => new Uint8Array(1000).fill(i % 3));
    const sequences = stepLabels.map((labels) => Float32Array.from(labels));
    expect((await datasetFrom({ sequences, stepLabels, test: 0.1 })).classNames).toEqual(['0', '1', '2']);
  });

  const two = [[[1, 2]], [[3, 4]]];
  it.each<[Parameters<typeof datasetFrom>[0], string]>([
    [{ sequences: [], labels: [] }, 'sequences: there are none'],
    [{ sequences: two }, 'labels: missing'],
    [{ sequences: two, labels: [0] }, 'labels: 1 for 2 sequences'],
    [{ sequences: two, labels: ['a', 'b'], classNames: ['a'] }, 'labels[1]: "b" is no class'],
    [{ sequences: [[[1, 2]], [[3]]], labels: [0, 1] }, 'sequences[1][0]: 1 values, must be 2'],
    [{ sequences: [[[1, 2]], [[3, NaN]]], labels: [0, 1] }, 'sequences[1]: the value at step 0, channel 1 is NaN'],
    [{ sequences: [[[1, 2]], []], labels: [0, 1] }, 'sequences[1]: is empty'],
    [{ sequences: [[1, 2, 3], [4]], channels: 2, labels: [0, 1] }, 'sequences[0]: 3 values are no whole number'],
    [{ sequences: two, labels: [0, 1], test: 1 }, 'test: 1 must be a number from 0 to below 1'],
    [{ sequences: two, labels: [0, 1], units: ['g'] }, 'units: 1 names for 2 channels'],
    [{ sequences: two, targets: [[1], [Infinity]] }, 'targets[1]: [Infinity] must be 1 finite numbers'],
    [{ sequences: two, stepLabels: [[0], [0, 1]] }, 'stepLabels[1]: 2 labels for 1 steps'],
  ])('%j', async (options, message) => {
    await expect(datasetFrom(options)).rejects.toThrow(message);
  });
});
