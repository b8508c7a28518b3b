import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AnalysisError, parametersOf, scalarsOf } from '../../analysis/index.js';
import { loadKernels } from '../../kernels/index.js';
import { loadRecipe } from '../../recipe/index.js';
import { temporaryFolder, writeCsv } from '../../testing/index.js';
import { batchesFor, evaluateFloat } from '../../training/index.js';
import { normalisationFrom, readModel, type FloatModel } from '../models.js';
import { trainRecipe } from '../run.js';
import { analyseModel } from './analyse.js';
import type { AnalyseOptions } from './options.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const at = (...names: string[]) => path.join(folder.path, ...names);

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeCsv(at('csv'));
});
afterAll(() => folder.remove());

/** Trains the CSV recipe with changes, and what an analysis of it is told. */
async function trained(name: string, ...sets: string[]): Promise<AnalyseOptions> {
  const recipe = at('csv', 'recipe.yaml');
  const run = await trainRecipe({ recipe, sets, out: at(name), workers: 1 });
  const file = at(name, 'model.safetensors');
  return {
    file,
    model: (await readModel(file)) as FloatModel,
    dataset: run.dataset,
    recipe: await loadRecipe(at(name, 'recipe.yaml')),
    folder: at(name),
    ...{ recordings: 4, seeds: 1, workers: 1 },
  };
}

const rsg = ['training.optimiser=rsg', 'training.epochs=[6,0,0]'];

describe('an analysis', () => {
  it('trains the same model again and measures along the way', async () => {
    const options = await trained('fastrnn', 'network.cell=FastRNN', 'training.retrain=true');
    const { metrics } = await analyseModel({ ...options, along: 2 });
    expect(metrics.along?.sameModel).toBe(true);
    expect(metrics.along?.epochs.map(({ epoch }) => epoch)).toEqual([2, 4, 6]);
    const every = await analyseModel({ ...options, along: 1 });
    const last = every.metrics.along?.epochs.at(-1);
    // What is measured after the last epoch is what the model has.
    expect(last).toMatchObject({ epoch: 6, ...{ alpha: metrics.scalars.alpha, beta: metrics.scalars.beta } });
    expect(last?.condition).toEqual(metrics.recurrence.conditions.at(-1)?.condition);
    expect(last?.spectralNorm).toBe(metrics.spectrum.U[0]);
    expect(metrics.recurrence.conditions.at(-1)?.steps).toBe(7);
    expect(metrics.recurrence.gradientNorms).toHaveLength(9);

    // From h_0 = 0 it is the accuracy that every evaluation gives.
    const { model, dataset } = options;
    const { architecture } = model.facts;
    const kernels = await loadKernels();
    const { accuracy, loss } = evaluateFloat(
      ...([kernels, architecture, model.parameters, normalisationFrom(model.facts), dataset.test] as const),
    );
    expect(metrics.initialState.zero).toBe(accuracy);
    expect(metrics.initialState.drawn).toHaveLength(3);
    expect(metrics.theorems?.testLoss).toBeCloseTo(loss, 6);
    expect(metrics.theorems?.n).toBe(dataset.train.count); // it was trained again on all
    const page = await readFile(at('fastrnn', 'analysis.html'), 'utf8');
    expect(page).toContain('Theorems 3.1 and 3.2');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);

    const other = { ...model, parameters: model.parameters.map((value) => value + 1e-6) };
    expect((await analyseModel({ ...options, model: other, along: 6 })).metrics.along?.sameModel).toBe(false);
    // The last epoch is measured whatever n is, and is the same.
    const rare = (await analyseModel({ ...options, along: 4 })).metrics.along;
    expect(rare?.epochs.map(({ epoch }) => epoch)).toEqual([4, 6]);
    expect(rare?.epochs.at(-1)).toEqual(last);
  }, 60_000);

  it('trains FastRNN at other lengths and with fixed alphas, and takes up what was finished', async () => {
    const options = await trained('scaling', 'network.cell=FastRNN', 'network.update=tanh');
    const { metrics } = await analyseModel({ ...options, lengths: 'halves', alphas: [0.5, 1] });
    expect(metrics.lengths?.map(({ steps, frames, leftOut }) => [steps, frames, leftOut])).toEqual([
      [8, 1, 0],
      [4, 2, 0],
    ]);
    // Unstacked it is the model itself.
    const own = scalarsOf(parametersOf(options.model.facts.architecture, options.model.parameters), 8);
    expect(metrics.lengths?.[0].alpha.mean).toBe(own.alpha);
    expect(metrics.lengths?.[0].alphaT.mean).toBe(own.alphaT);
    const stacked = await readModel(at('scaling', 'analysis', 'T-4', 'seed-1', 'model.safetensors'));
    expect(stacked.facts.architecture).toMatchObject({ cell: 'FastRNN', inputSize: 4, update: 'tanh' });
    expect(metrics.alphas?.map(({ alpha }) => alpha)).toEqual([0.5, 1]);
    const fixed = await readModel(at('scaling', 'analysis', 'alpha-0.5', 'seed-1', 'model.safetensors'));
    expect(fixed.facts.architecture).toMatchObject({ residual: 'fixed', alpha: 0.5 });

    const kept = at('scaling', 'analysis', 'T-8', 'seed-1', 'trial.json');
    const before = (await stat(kept)).mtimeMs;
    await rm(at('scaling', 'analysis', 'T-4'), { recursive: true });
    const again = await analyseModel({ ...options, lengths: [8, 4], alphas: [0.5, 1] });
    expect(again.metrics).toEqual(metrics);
    expect((await stat(kept)).mtimeMs).toBe(before);
    await expect(analyseModel({ ...options, lengths: [7] })).rejects.toThrow(/they can in 8, 4, 2, 1/);
  }, 60_000);

  it('counts the steps that led to the weights, or says that it is the recipe’s plan', async () => {
    const sets = ['network.cell=FastRNN', 'training.epochs=[2,8,8]', 'training.learningRate=0.3'];
    const options = await trained('iterations', ...sets);
    const { theorems } = (await analyseModel(options)).metrics;
    const run = await trainRecipe({ recipe: at('csv', 'recipe.yaml'), sets, out: at('iterations'), workers: 1 });
    const [{ chosenEpochs }] = run.trained.phases;
    const rows = Math.round(options.dataset.train.count * (1 - options.recipe.recipe.data.validation));
    const batches = batchesFor(rows, options.recipe.recipe.training.batchSize);
    const total = chosenEpochs.reduce((sum, count) => sum + count, 0);
    expect(total).toBeLessThan(18); // else the test says nothing
    expect(theorems).toMatchObject({ iterationsAre: 'taken', convergence: { iterations: total * batches } });
    expect(await readFile(at('iterations', 'analysis.html'), 'utf8')).toContain('steps that led to these weights');

    await rm(at('iterations', 'checkpoint.safetensors'));
    const planned = (await analyseModel(options)).metrics.theorems;
    expect(planned).toMatchObject({ iterationsAre: 'planned', convergence: { iterations: 18 * batches } });
    expect(await readFile(at('iterations', 'analysis.html'), 'utf8')).toContain('the recipe’s plan');

    const drawn = await analyseModel(await trained('rsg', 'network.cell=FastRNN', ...rsg));
    expect(drawn.metrics.theorems).toMatchObject({ iterationsAre: 'drawn from' });
    expect(drawn.metrics.theorems?.convergence.iterations).toBe(6 * batches);
  }, 60_000);

  it('tells of frames that no step reads', async () => {
    const options = await trained('dropped', 'network.cell=FastRNN', 'data.window.length=5', 'data.window.hop=3');
    const { metrics } = await analyseModel({ ...options, lengths: [2] });
    expect(metrics.lengths?.[0]).toMatchObject({ frames: 2, leftOut: 1 });
    expect(await readFile(at('dropped', 'analysis.html'), 'utf8')).toContain('2 (1 left out)');
  }, 60_000);

  it('measures a FastGRNN, of which there are no theorems', async () => {
    const { metrics } = await analyseModel(await trained('fastgrnn'));
    expect(metrics.theorems).toBeNull();
    expect(metrics.scalars.zeta).toBeGreaterThan(0);
    expect(metrics.spectrum.U).toHaveLength(4);
    expect(metrics.spectrum.U[2]).toBeLessThan(1e-12); // of rank 2
    expect(metrics.recurrence.conditions.every(({ bound }) => bound === null)).toBe(true);
  });

  it('measures a FastRNN-vector, its weights as means over the units', async () => {
    const { metrics } = await analyseModel(await trained('vector', 'network.cell=FastRNN-vector'));
    const { alpha, beta, zeta, nu } = metrics.scalars;
    expect(metrics.scalars.alphaT).toBeCloseTo(8 * alpha!, 12);
    expect(beta).toBeCloseTo(zeta! * (1 - alpha!) + nu!, 12); // linear in alpha
    expect(await readFile(at('vector', 'analysis.html'), 'utf8')).toContain('alpha · T');
  });

  it('gives the weights along training of every cell that has any', async () => {
    for (const [cell, names] of [
      ['FastGRNN', ['zeta', 'nu']],
      ['FastRNN-vector', ['alpha', 'beta', 'zeta', 'nu']],
    ] as const) {
      const options = await trained(`along-${cell}`, `network.cell=${cell}`);
      const { metrics } = await analyseModel({ ...options, along: 3 });
      const [first, last] = metrics.along!.epochs;
      for (const name of ['alpha', 'beta', 'zeta', 'nu'] as const) {
        expect(last[name], `${cell} ${name}`).toBe(metrics.scalars[name] ?? null);
        expect(typeof first[name]).toBe((names as readonly string[]).includes(name) ? 'number' : 'object');
      }
      const page = await readFile(at(`along-${cell}`, 'analysis.html'), 'utf8');
      const section = /<section id="along">[^]*?<\/section>/.exec(page)![0];
      expect(section.match(/<b>Weights of the residual/g)).toHaveLength(names.length / 2);
    }
  }, 60_000);

  it('measures an LSTM: Jacobians of h and c, a spectrum a gate', async () => {
    const options = await trained('lstm', 'network.cell=LSTM', 'network.gate=sigmoid', 'network.update=tanh');
    const { metrics } = await analyseModel(options);
    expect(metrics.spectrum.gates.map(({ gate }) => gate)).toEqual(['Input', 'Forget', 'Update', 'Output']);
    expect(metrics.spectrum.gates[2].U).toEqual(metrics.spectrum.U);
    expect(metrics.recurrence.largestStep).toBeNull();
    expect(metrics.recurrence.conditions.every(({ bound, condition }) => bound === null && condition.median >= 1)).toBe(
      true,
    );
    const { model, dataset } = options;
    const { accuracy } = evaluateFloat(
      ...([await loadKernels(), model.facts.architecture, model.parameters, normalisationFrom(model.facts)] as const),
      dataset.test,
    );
    expect(metrics.initialState.zero).toBe(accuracy);
    const page = await readFile(at('lstm', 'analysis.html'), 'utf8');
    expect(page).toContain('Singular values of UForget');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('refuses networks that the paper’s analysis is not about', async () => {
    await expect(analyseModel(await trained('mean', 'network.output=mean'))).rejects.toThrow(AnalysisError);
  });
});
