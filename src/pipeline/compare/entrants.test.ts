import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataset, type Dataset } from '../../data/index.js';
import { loadRecipe, type Recipe } from '../../recipe/index.js';
import { temporaryFolder, writeMnist } from '../../testing/index.js';
import { architectureOf } from '../prepare.js';
import { runRecipe } from '../run.js';
import { entrantsOf, type EntrantsTask } from './entrants.js';
import { paperDataOf } from './paper.js';
import { tuningRecipe } from './protocols.js';
import { plannedSize } from './sizes.js';

const sets = [
  'integer.weightBits=4',
  'training.roundedEpochs=30',
  'training.epochs=[70,0,0]',
  'training.retrain=false',
];
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let recipe: Recipe;
let dataset: Dataset;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeMnist(path.join(folder.path, 'data'), 60, 20);
  ({ recipe } = await loadRecipe('digits', sets));
  dataset = await loadDataset(recipe.data, { dataDirectory: path.join(folder.path, 'data') });
});
afterAll(() => folder.remove());

const entrants = (task: Partial<EntrantsTask>) =>
  entrantsOf({
    ...{ names: ['FastGRNN'], ablate: false, protocol: 'recipe', sizing: 'equal', recipe, dataset, paper: undefined },
    ...task,
  });

const bitsOf = ({ integer, training }: Recipe) => [integer.weightBits, training.roundedEpochs];

describe('a recipe of 4-bit weights, rounded in training', () => {
  it('is what every network trains with, at equal bytes, but for an EURNN, which has 8 bits', () => {
    const names = ['FastGRNN', 'EURNN', 'oRNN', 'GRU'] as const;
    const [fast, unitary, ...others] = entrants({ names }).map((one) => one.recipe);
    expect(bitsOf(unitary)).toEqual([undefined, undefined]);
    expect([fast, ...others].map(bitsOf)).toEqual([
      [4, 30],
      [4, 30],
      [4, 30],
    ]);
    expect(fast.network.hiddenSize).toBe(recipe.network.hiddenSize);
    const sizes = [fast, ...others].map((own) => plannedSize(architectureOf(own, dataset), own).paperBytes);
    for (const bytes of sizes.slice(1)) {
      expect(bytes).toBeLessThanOrEqual(sizes[0]);
      expect(bytes).toBeGreaterThan(0.9 * sizes[0]);
    }
  });

  it('has 8 bits at the paper’s sizes', () => {
    const paper = paperDataOf(recipe, dataset);
    const all = entrants({ names: ['RNN', 'FastGRNN'], sizing: 'paper', paper });
    expect(all.map((one) => bitsOf(one.recipe))).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('is rounded in no row of the ablation but the first, whose epochs all have', () => {
    const rows = entrants({ ablate: true });
    expect(rows.map(({ label }) => label)).toEqual(['FastGRNN', 'FastGRNN-Q', 'FastGRNN-SQ', 'FastGRNN-LSQ']);
    expect(new Set(rows.map(({ trial }) => trial)).size).toBe(4);
    const [whole, ...others] = rows.map((one) => one.recipe);
    expect(bitsOf(whole)).toEqual([4, 30]);
    for (const own of others) {
      expect(bitsOf(own)).toEqual([undefined, undefined]);
      expect(own.training.epochs.reduce((a, b) => a + b)).toBe(100);
    }
  });

  it('is chosen for by a third of the epochs of each stage', () => {
    const { epochs, roundedEpochs } = tuningRecipe(recipe).training;
    expect([...epochs, roundedEpochs]).toEqual([24, 0, 0, 10]);
  });

  it('has the planned size', async () => {
    const short = ['training.epochs=[1,0,0]', 'training.roundedEpochs=1', 'targets=[]'];
    for (const shape of [[], ['network.hiddenSize=9', 'network.wRank=3', 'network.uRank=0']]) {
      const all = [...sets, ...short, ...shape];
      const out = path.join(folder.path, `run-${shape.length}`);
      const { metrics } = await runRecipe({
        ...{ recipe: 'digits', sets: all, out, dataDirectory: path.join(folder.path, 'data'), workers: 1 },
      });
      const { recipe: own } = await loadRecipe('digits', all);
      expect(plannedSize(architectureOf(own, dataset), own).paperBytes).toBe(metrics.size.paperBytes);
    }
  }, 60_000);
});
