import { expect, onTestFinished, test } from 'vitest';
import { parseRecipe, resolveRecipe } from '../../recipe/index.js';
import { temporaryFolder, writeTree } from '../../testing/index.js';
import { scanFolder } from './folder.js';
import { proposeRecipe } from './propose.js';
import { recipeText } from './recipe-text.js';

test('many sequences get the network of the shipped recipe, rounded in training; few a smaller one', async () => {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  await writeTree(
    folder.path,
    Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [
        `${i % 2 ? 'run' : 'walk'}/${i}.csv`,
        'x,y,z\n0.1,0.2,0.9\n0.4,0.3,1.1\n0.2,0.5,1\n0.3,0.1,0.8\n',
      ]),
    ),
  );
  const facts = await scanFolder(folder.path);
  const proposed = (recordings: number) => {
    const text = recipeText(proposeRecipe({ ...facts, recordings }, '.'), ['made by a test']);
    return resolveRecipe(parseRecipe(text, 'proposed'), 'proposed');
  };
  const { network, training, integer } = proposed(7352);
  expect([network.hiddenSize, network.wRank, network.uRank]).toEqual([64, 0, 0]);
  expect(integer.weightBits).toBe(4);
  for (const recordings of [300, 7352, 50_000]) {
    const { epochs, roundedEpochs = 0 } = proposed(recordings).training;
    expect(roundedEpochs / epochs[0]).toBeCloseTo(3 / 7, 1);
  }
  expect(training).toMatchObject({ earlyStopping: false, retrain: true, augment: { rotate: 5, mixup: 0.5 } });
  const few = proposed(299);
  expect(few.training.augment).toMatchObject({ rotate: 5 });
  expect(few.training.augment.mixup).toBeUndefined();
  expect([few.network.hiddenSize, few.training.roundedEpochs, few.integer.weightBits]).toEqual([
    24,
    undefined,
    undefined,
  ]);
});
