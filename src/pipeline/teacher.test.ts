import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeDataset, type Dataset } from '../data/index.js';
import { resolveRecipe, type LoadedRecipe } from '../recipe/index.js';
import { temporaryFolder, toySequences } from '../testing/index.js';
import type { RunEvent } from './events.js';
import { encode } from './models.js';
import { runTrial } from './compare/trial.js';
import { teacherRecipe, teacherTargets } from './teacher.js';
import { trainModel } from './train-model.js';

let folder: string;
let remove: () => Promise<void>;
let teacherFile: string;
let dataset: Dataset;
beforeAll(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  teacherFile = path.join(folder, 'large.yaml');
  await writeFile(teacherFile, 'network: {hiddenSize: 9}\ntraining: {epochs: [3, 0, 0], batchSize: 32}\n');
  const part = (rows: number, seed: number) => ({ ...toySequences(rows, 3, seed), groups: undefined });
  dataset = await makeDataset({
    ...{ name: 'toy', classNames: ['a', 'b', 'c'], channelNames: ['x', 'y', 'z'], units: ['g', 'g', 'g'] },
    ...{ lsb: new Float64Array(3).fill(0.01), train: part(120, 1), test: part(30, 2), notes: [] },
  });
});

afterAll(() => remove());

function pupil(teacher?: object): LoadedRecipe {
  const training = { epochs: [2, 0, 0], batchSize: 32, ...(teacher ? { teacher } : {}) };
  return { name: 'small', recipe: resolveRecipe({ network: { hiddenSize: 4 }, training }, 'small') };
}
const teacherOf = (weight = 0.5) => ({ recipe: teacherFile, temperature: 2, weight });

async function trained(recipe: LoadedRecipe, checkpoint?: string) {
  const steps: string[] = [];
  const listener = (event: RunEvent) => {
    if (event.kind === 'step' || event.kind === 'note') steps.push(event.text);
  };
  const outcome = await trainModel(recipe, dataset, { workers: 1, checkpoint }, listener);
  return { ...outcome, steps, bytes: Buffer.from(await encode(outcome.model)).toString('base64') };
}

it('is trained first, on the same data and features, and its time and work count', async () => {
  const plain = await trained(pupil());
  const taught = await trained(pupil(teacherOf()));
  expect(taught.model.parameters).not.toEqual(plain.model.parameters);
  expect(taught.steps[0]).toBe('the teacher first: large');
  const large = await teacherRecipe(pupil(teacherOf()));
  const alone = await trained(large as LoadedRecipe);
  expect(taught.work.sequences).toBe(plain.work.sequences + alone.work.sequences);
  expect(taught.work.flops).toBe(plain.work.flops + alone.work.flops);
});

it('is not trained where its pupil would be refused', async () => {
  const recipe = pupil(teacherOf());
  const steps: string[] = [];
  const sounds = {
    ...recipe.recipe,
    training: { ...recipe.recipe.training, augment: { ...recipe.recipe.training.augment, warp: 0.1 } },
  };
  const training = trainModel(
    { ...recipe, recipe: sounds },
    dataset,
    { workers: 1 },
    ({ kind }) => void steps.push(kind),
  );
  await expect(training).rejects.toThrow('recipe small: training.augment.warp: is for sounds, and toy is none');
  expect(steps).toEqual([]);
});

it('makes a kept trial anew where its recipe has changed behind the same name', async () => {
  const changing = path.join(folder, 'changing.yaml');
  const recipe = pupil({ ...teacherOf(), recipe: changing });
  const trial = async (hiddenSize: number) => {
    await writeFile(changing, `network: {hiddenSize: ${hiddenSize}}\ntraining: {epochs: [1, 0, 0]}\n`);
    return runTrial({ folder: path.join(folder, 'trial'), recipe, dataset }, { workers: 1 }, 'float');
  };
  const first = await trial(9);
  expect(await trial(9)).toEqual(first);
  const other = await trial(5);
  expect(other.identity).not.toBe(first.identity);
  expect(other.seconds).not.toBe(first.seconds);
});

it('gives the same model again, and from its checkpoints', async () => {
  const checkpoint = path.join(folder, 'checkpoint.safetensors');
  const first = await trained(pupil(teacherOf()), checkpoint);
  const again = await trained(pupil(teacherOf()), checkpoint);
  expect(again.bytes).toBe(first.bytes);
  expect(again.steps.filter((text) => text.startsWith('the training was done before'))).toHaveLength(2);
  expect((await trained(pupil(teacherOf()))).bytes).toBe(first.bytes);
  expect((await trained(pupil(teacherOf(0.9)))).bytes).not.toBe(first.bytes);
});

it('says distributions over the classes, the softer the higher the temperature', async () => {
  const { model } = await trained((await teacherRecipe(pupil(teacherOf()))) as LoadedRecipe);
  const [cold, warm] = await Promise.all(
    [1, 8].map((temperature) => teacherTargets(model, dataset, { temperature, weight: 1 }, {})),
  );
  for (const { targets } of [cold, warm]) {
    expect(targets.length).toBe(120 * 3);
    for (let row = 0; row < 120; row++) {
      // Three float32 shares.
      expect(targets.subarray(3 * row, 3 * row + 3).reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 6);
    }
  }
  for (let row = 0; row < 120; row++) {
    const [a, b, c, d] = [cold, warm].flatMap(({ targets }) => [targets[3 * row], targets[3 * row + 1]]);
    // ln(p0 / p1) is the difference of logits over the temperature.
    expect(Math.log(a / b) / 8).toBeCloseTo(Math.log(c / d), 4);
  }
});

it('is refused where it has a teacher itself or speaks at every step', async () => {
  const write = (text: string) => writeFile(teacherFile.replace('large', 'wrong'), text);
  const wrong = pupil({ ...teacherOf(), recipe: teacherFile.replace('large', 'wrong') });
  await write('network: {output: every}\n');
  await expect(trainModel(wrong, dataset, {}, () => undefined)).rejects.toThrow('gives no class of a whole recording');
  await write('training: {teacher: {recipe: digits, temperature: 1, weight: 0.5}}\n');
  await expect(trainModel(wrong, dataset, {}, () => undefined)).rejects.toThrow('has a teacher itself');
});
