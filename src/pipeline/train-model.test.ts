import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDataset, type Dataset, type Sequences } from '../data/index.js';
import { loadKernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { forwardFlops, iterationFlops } from '../network/index.js';
import { resolveRecipe, type LoadedRecipe } from '../recipe/index.js';
import { temporaryFolder, toySequences } from '../testing/index.js';
import { evaluateFloat, stagesOf, train, type EpochRecord } from '../training/index.js';
import type { RunEvent } from './events.js';
import { encode, normalisationFrom } from './models.js';
import { allRows, trainingTask } from './prepare.js';
import { trainModel, type TrainedNetwork } from './train-model.js';

function datasetOf(change: { train?: Partial<Sequences>; test?: Partial<Sequences>; separation?: number } = {}) {
  const part = (rows: number, seed: number, changed: Partial<Sequences> = {}): Sequences => ({
    ...toySequences(rows, change.separation ?? 3, seed),
    groups: undefined,
    ...changed,
  });
  return makeDataset({
    name: 'toy',
    classNames: ['a', 'b', 'c'],
    channelNames: ['x', 'y', 'z'],
    units: ['g', 'g', 'g'],
    lsb: new Float64Array(3).fill(0.01),
    train: part(120, 1, change.train),
    test: part(60, 2, change.test),
    notes: [],
  });
}

function recipeOf(groups: Readonly<Record<string, unknown>> = {}, epochs = [2, 3, 3]): LoadedRecipe {
  const training = { epochs, batchSize: 32, learningRate: 0.03, ...(groups.training as object) };
  const network = { hiddenSize: 6, wRank: 2, uRank: 3 };
  const compression = { wSparsity: 0.5, uSparsity: 0.5, thresholdEvery: 2 };
  return { name: 'toy', recipe: resolveRecipe({ network, compression, ...groups, training }, 'toy') };
}

/** Trains with what happened. */
async function trainWatched(recipe: LoadedRecipe, dataset: Dataset, checkpoint?: string, stopAfter = Infinity) {
  const events: RunEvent[] = [];
  const trained = await trainModel(recipe, dataset, { workers: 1, checkpoint }, (event) => {
    events.push(event);
    if (event.kind === 'epoch' && events.filter(({ kind }) => kind === 'epoch').length > stopAfter)
      throw new Error('stop');
  });
  return { trained, events, epochs: events.filter(({ kind }) => kind === 'epoch').length };
}

it('counts the work of all epochs of all its trainings', async () => {
  const recipe = recipeOf({ training: { retrain: true } });
  const dataset = await datasetOf();
  const { trained } = await trainWatched(recipe, dataset);
  const { work, phases, validationCount } = trained;
  const [selection, final] = phases.map(({ history }) => history.length);
  const all = dataset.train.count;
  expect(work.sequences).toBe(selection * (all - validationCount) + final * all);
  const steps = dataset.train.steps;
  const { architecture } = trained.model.facts;
  const validation = selection * forwardFlops(architecture, validationCount, steps);
  expect(work.flops).toBe(iterationFlops(architecture, work.sequences, steps) + validation);
});

it('measures after a stage what is measured of its chosen epoch', async () => {
  const dataset = await datasetOf({ separation: 0.4 });
  const recipe = recipeOf({}, [1, 6, 0]);
  const seen: { record: EpochRecord; parameters: Float32Array }[] = [];
  const onEpoch = (_: number, record: EpochRecord, { parameters }: TrainedNetwork) =>
    seen.push({ record, parameters: parameters.slice() });
  const { model, phases } = await trainModel(recipe, dataset, { workers: 1, onEpoch }, () => undefined);
  const [, chosen] = phases[0].chosenEpochs;
  expect(chosen).toBeLessThan(6); // else this says nothing
  const last = seen[seen.length - 1];
  expect(last.parameters).toEqual(model.parameters);
  expect(last.record).toEqual(phases[0].history.find(({ stage, epoch }) => stage === 1 && epoch === chosen));
});

it('says that what stands in a folder is of another training', async () => {
  const { path: folder, remove } = await temporaryFolder();
  const checkpoint = path.join(folder, 'checkpoint.safetensors');
  const dataset = await datasetOf();
  const notes = async (seed: number) => {
    const { recipe } = recipeOf({}, [1, 1, 0]);
    const { events } = await trainWatched({ name: 'toy', recipe: { ...recipe, seed } }, dataset, checkpoint);
    return events.flatMap((event) => (event.kind === 'note' ? [event.text] : []));
  };
  const told = `${checkpoint} is of another training or damaged: this one takes its place`;
  expect(await notes(1)).not.toContain(told);
  expect(await notes(2)).toContain(told);
  await remove();
});

describe('test recordings', () => {
  it('have no part in the model: scrambled, they leave every number of it as it was', async () => {
    const recipe = recipeOf({ training: { retrain: true } });
    const honest = await datasetOf();
    const random = new Random(9);
    const labels = honest.test.labels.map((label) => (label + 1) % 3);
    const values = honest.test.values.map(() => random.below(65536) - 32768);
    const scrambled = await datasetOf({ test: { labels, values } });
    const [a, b] = [await trainWatched(recipe, honest), await trainWatched(recipe, scrambled)];
    const { provenance, ...facts } = a.trained.model.facts;
    const { provenance: otherProvenance, ...otherFacts } = b.trained.model.facts;
    expect(b.trained.model.parameters).toEqual(a.trained.model.parameters);
    expect(b.trained.model.ranges).toEqual(a.trained.model.ranges);
    expect(otherFacts).toEqual(facts);
    expect(b.trained.phases.map(({ history }) => history)).toEqual(a.trained.phases.map(({ history }) => history));
    expect(otherProvenance.dataHash).not.toBe(provenance.dataHash);
  });

  it('are recognised no better than by chance after a training on shuffled labels', async () => {
    const kernels = await loadKernels();
    const runs = 30;
    let sum = 0;
    for (let run = 0; run < runs; run++) {
      const dataset = await datasetOf({ separation: 6 });
      new Random(run, 77).shuffle(dataset.train.labels);
      const recipe = recipeOf({ compression: {} }, [4, 0, 0]);
      const { facts, parameters } = (await trainWatched(recipe, dataset)).trained.model;
      sum += evaluateFloat(kernels, facts.architecture, parameters, normalisationFrom(facts), dataset.test).accuracy;
    }
    // At worst a network gives each of the three clusters one class: 90 tries that are right with 1 / 3. Their mean has
    // the deviation sqrt(2 / 9 / 90) = 0.05; four of them are allowed. A leak would give 1.
    expect(Math.abs(sum / runs - 1 / 3)).toBeLessThan(0.2);
  });
});

describe('retraining', () => {
  it('takes all training recordings, for the epochs that validation chose', async () => {
    const recipe = recipeOf({ training: { retrain: true, learningRate: 0.1, schedule: 'constant' } }, [2, 6, 6]);
    const dataset = await datasetOf({ separation: 0.8 });
    const { trained } = await trainWatched(recipe, dataset);
    const [selection, last] = trained.phases;
    expect(trained.validationCount).toBe(24);
    expect(selection.chosenEpochs).not.toEqual([2, 6, 6]); // else nothing is tested
    const stages = stagesOf([2, 6, 6]).map((stage, i) => ({ ...stage, stopAfter: selection.chosenEpochs[i] }));
    const { parameters, history } = await train(trainingTask(recipe.recipe, dataset, allRows(dataset), stages), {
      workers: 1,
    });
    expect(trained.model.parameters).toEqual(parameters);
    expect(last.history).toEqual(history);
    expect(history[0]).not.toHaveProperty('validation');
  });

  it('is left out where there is nothing to choose by', async () => {
    const recipe = recipeOf({ data: { validation: 0 }, training: { retrain: true, earlyStopping: false } });
    expect((await trainWatched(recipe, await datasetOf())).trained.phases).toHaveLength(1);
  });
});

describe('a run that was stopped', () => {
  it('goes on to the same model, wherever it was, and trains nothing once it is done', async () => {
    const folder = await temporaryFolder();
    try {
      const recipe = recipeOf({ training: { retrain: true } });
      const dataset = await datasetOf();
      const whole = (await trainWatched(recipe, dataset)).trained;
      const total = whole.phases[0].history.length + whole.phases[1].history.length;
      for (let stop = 1; stop <= total; stop += 3) {
        const checkpoint = path.join(folder.path, `${stop}.safetensors`);
        if (stop < total) await expect(trainWatched(recipe, dataset, checkpoint, stop)).rejects.toThrow('stop');
        const { trained, epochs } = await trainWatched(recipe, dataset, checkpoint);
        expect(await encode(trained.model)).toEqual(await encode(whole.model));
        expect(epochs).toBe(stop < total ? total - stop : total);

        const again = await trainWatched(recipe, dataset, checkpoint);
        expect(again.events.filter(({ kind }) => kind !== 'note')).toEqual([]);
        expect(again.trained.phases).toEqual(trained.phases);
        expect(again.trained.model).toEqual(trained.model);
      }
    } finally {
      await folder.remove();
    }
  });

  it('starts over where its checkpoint is damaged or of other recordings', async () => {
    const folder = await temporaryFolder();
    try {
      const recipe = recipeOf();
      const dataset = await datasetOf();
      const checkpoint = path.join(folder.path, 'checkpoint.safetensors');
      const { trained, epochs } = await trainWatched(recipe, dataset, checkpoint);
      const bytes = await readFile(checkpoint);
      for (const damaged of [
        bytes.subarray(0, 100),
        bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)),
      ]) {
        await writeFile(checkpoint, damaged);
        const again = await trainWatched(recipe, dataset, checkpoint);
        expect(again.epochs).toBe(epochs);
        expect(again.trained.model).toEqual(trained.model);
      }
      const other = await datasetOf({ separation: 5 });
      const fresh = (await trainWatched(recipe, other)).trained.model;
      expect((await trainWatched(recipe, other, checkpoint)).trained.model).toEqual(fresh);
    } finally {
      await folder.remove();
    }
  });
});
