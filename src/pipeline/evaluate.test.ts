import { describe, expect, it } from 'vitest';
import { makeDataset, type Dataset, type Sequences } from '../data/index.js';
import { resolveRecipe, type LoadedRecipe } from '../recipe/index.js';
import { toySequences } from '../testing/index.js';
import type { HeadShape } from '../training/index.js';
import { bootstrapUnits, evaluateNetworks, type Evaluation } from './evaluate.js';
import { integerModel } from './models.js';
import { validationSplit } from './prepare.js';
import { trainModel } from './train-model.js';

/** Toy sequences of several lengths with a class, labels and values, for sequences and for frames. */
function part(rows: number, seed: number): Sequences {
  const plain = toySequences(rows, 6, seed);
  const frames = rows * 6;
  const ofFrame = (f: number) => plain.labels[Math.floor(f / 6)];
  const values = (label: number, l: number) => 40 + 10 * l + (label === l ? 3 : 0);
  return {
    ...plain,
    lengths: plain.lengths.map((length, i) => length - (i % 2)),
    groups: Int32Array.from({ length: rows }, (_, i) => i % 5),
    frameLabels: Int32Array.from({ length: frames }, (_, f) => (f % 6 < 2 ? -1 : ofFrame(f))),
    targets: Float32Array.from({ length: rows * 3 }, (_, i) => values(plain.labels[Math.floor(i / 3)], i % 3)),
    frameTargets: Float32Array.from({ length: frames * 3 }, (_, i) => values(ofFrame(Math.floor(i / 3)), i % 3)),
  };
}

/** The same with 1 and 0 for targets: the label is there, or not. */
function binary(sequences: Sequences): Sequences {
  const binaryOf = (values: Float32Array | undefined) => values?.map((value) => (value % 10 === 3 ? 1 : 0));
  return {
    ...sequences,
    targets: binaryOf(sequences.targets),
    frameTargets: binaryOf(sequences.frameTargets),
  };
}

function datasetOf(head: HeadShape['head']): Promise<Dataset> {
  const made = (rows: number, seed: number) => (head === 'sigmoid' ? binary(part(rows, seed)) : part(rows, seed));
  return makeDataset({
    name: 'toy',
    classNames: ['a', 'b', 'c'],
    channelNames: ['x', 'y', 'z'],
    units: ['g', 'g', 'rad/s'],
    lsb: new Float64Array(3).fill(0.01),
    train: made(240, 1),
    test: made(90, 2),
    notes: [],
  });
}

async function evaluated(head: HeadShape['head'], output: HeadShape['output']): Promise<Evaluation> {
  const recipe: LoadedRecipe = {
    name: 'toy',
    recipe: resolveRecipe(
      {
        network: { hiddenSize: 8, wRank: 0, uRank: 0, head, output },
        training: { epochs: [30, 0, 0], batchSize: 16, learningRate: 0.03, weightDecay: 0 },
      },
      'toy',
    ),
  };
  const dataset = await datasetOf(head);
  const { model } = await trainModel(recipe, dataset, { workers: 1 }, () => undefined);
  const split = validationSplit(recipe.recipe, dataset);
  return evaluateNetworks({ model, converted: integerModel(model), dataset, split, retrained: false });
}

describe.each(['softmax', 'sigmoid', 'regression'] as const)('a network with a %s head', (head) => {
  it.each(['last', 'every', 'mean'] as const)('read at %s is scored by its own metric', async (output) => {
    const { metrics, worst, values, float } = await evaluated(head, output);
    const metric = { softmax: 'accuracy', sigmoid: 'microF1', regression: 'r2' }[head];
    expect(metrics.float.metric).toBe(metric);
    // The first two steps of a sequence tell nothing, and values are asked of them, too.
    const least = head !== 'softmax' && output === 'every' ? 0.5 : 0.85;
    expect(metrics.float.test).toBeGreaterThan(least);
    expect(metrics.integer.test).toBeGreaterThan(least - 0.05);
    expect(metrics.integer.agreement).toBeGreaterThan(0.9);
    const [low, high] = metrics.integer.interval ?? [NaN, NaN];
    expect(low).toBeLessThanOrEqual(metrics.integer.test);
    expect(high).toBeGreaterThanOrEqual(metrics.integer.test);
    expect(metrics.bootstrap).toMatchObject({ by: 'group', units: 5 });
    expect(metrics.baselines?.length).toBe(head === 'softmax' ? 3 : 2);
    expect(metrics.calibration === undefined).toBe(head === 'regression');
    expect(worst).toHaveLength(8);
    expect(worst.map(({ loss }) => loss)).toEqual(worst.map(({ loss }) => loss).sort((a, b) => b - a));
    expect(worst[0].channels.map(({ unit }) => unit)).toEqual(['g', 'g', 'rad/s']);
    expect(values === undefined).toBe(head !== 'regression');
    const rows = output === 'every' ? (head === 'softmax' ? 45 * 4 + 45 * 3 : 45 * 6 + 45 * 5) : 90;
    expect(float.rows).toBe(rows);
  });
});

describe('a regression', () => {
  it('gives values in the units of the targets', async () => {
    const { float, metrics } = await evaluated('regression', 'last');
    expect(float.logits.every((value) => value > 30 && value < 70)).toBe(true);
    expect(metrics.float.errors?.relativeL2).toBeLessThan(0.02);
  });
});

describe('a temperature', () => {
  it('is fitted to validation rows: other test rows leave it as it is', async () => {
    const { metrics } = await evaluated('softmax', 'last');
    expect(metrics.calibration?.fittedOn).toBe(48);
    const dataset = await datasetOf('softmax');
    const recipe = {
      name: 'toy',
      recipe: resolveRecipe({ network: { hiddenSize: 4 }, training: { epochs: [2, 0, 0] } }, 'toy'),
    };
    const { model } = await trainModel(recipe, dataset, { workers: 1 }, () => undefined);
    const split = validationSplit(recipe.recipe, dataset);
    const temperature = async (test: Sequences) =>
      (
        await evaluateNetworks({
          model,
          converted: integerModel(model),
          dataset: { ...dataset, test },
          split,
          retrained: false,
        })
      ).metrics.calibration?.float.temperature;
    const { test } = dataset;
    expect(await temperature({ ...test, labels: test.labels.map((label) => (label + 1) % 3) })).toBe(
      await temperature(test),
    );
  });
});

describe('what a bootstrap draws', () => {
  const sequences = Uint32Array.of(0, 1, 2);
  it('is the largest unit of which there are two', () => {
    const groups = Int32Array.of(4, 4, 9);
    expect(bootstrapUnits({ groups, recordings: Int32Array.of(0, 1, 1) }, sequences).by).toBe('group');
    expect(bootstrapUnits({ groups: groups.fill(4), recordings: Int32Array.of(0, 1, 1) }, sequences).by).toBe(
      'recording',
    );
    const plain = bootstrapUnits({ groups: undefined }, sequences);
    expect([plain.by, plain.units]).toEqual(['sequence', 3]);
  });
});
