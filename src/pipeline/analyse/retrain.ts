import { joinPath, parallelism } from '#platform';
import { AnalysisError, parametersOf } from '../../analysis/index.js';
import { loadDataset, type Dataset } from '../../data/index.js';
import { mean, standardError } from '../../math/index.js';
import { resolveRecipe, type LoadedRecipe, type Recipe } from '../../recipe/index.js';
import type { AlphaRow, Averaged, LengthRow } from '../../report/index.js';
import { networkOf } from '../compare/networks.js';
import { paperDataOf } from '../compare/paper.js';
import { denseOf } from '../compare/sizes.js';
import { runTrial, type TrialResult } from '../compare/trial.js';
import { taggedListener, type Listener } from '../events.js';
import { readModel } from '../models.js';
import { stackDataset } from '../prepare.js';
import { severalRuns } from '../several.js';
import type { AnalyseOptions } from './options.js';

/** Further trainings, by the recipe of the model that is analysed. */
export interface RetrainTask extends Pick<
  AnalyseOptions,
  'dataset' | 'folder' | 'seeds' | 'workers' | 'backend' | 'dataDirectory'
> {
  readonly base: LoadedRecipe;
  readonly listener: Listener;
}

/** One training: what it is called, and how its recipe and data differ. */
interface Variant {
  readonly label: string;
  readonly recipe: Recipe;
  readonly dataset: Dataset;
}

/** The recipe with FastRNN and tanh (as in Table 7 and Figure 5), whole matrices of the recipe's ranks. */
function fastRnn({ recipe }: LoadedRecipe, change: Partial<Recipe['network']>): Recipe {
  const { alpha: _, beta: __, ...network } = networkOf(recipe, 'FastRNN');
  return {
    ...recipe,
    ...denseOf(recipe),
    network: { ...network, residual: 'free', update: 'tanh', ...change },
    targets: [],
  };
}

/** Trains each variant over the seeds, each training in a folder of its own; what was finished is taken up. */
async function trainVariants<V extends Variant>(
  { base, folder, seeds, listener, workers, backend }: RetrainTask,
  variants: readonly V[],
): Promise<Map<V, { readonly result: TrialResult; readonly folder: string }[]>> {
  const jobs = variants.flatMap((variant) =>
    Array.from({ length: seeds }, (_, i) => ({ variant, seed: base.recipe.seed + i })),
  );
  const results = await severalRuns(
    jobs.length,
    async (index, trainer) => {
      const { variant, seed } = jobs[index];
      const tag = `${variant.label} seed ${seed}`;
      const name = `${base.name}-${variant.label}`;
      const place = joinPath(folder, 'analysis', variant.label, `seed-${seed}`);
      const recipe = { name, recipe: resolveRecipe({ ...variant.recipe, seed }, name) };
      const own = taggedListener(listener, tag);
      const quiet: Listener = (event) => void (event.kind === 'progress' && own(event));
      const task = { folder: place, recipe, dataset: variant.dataset };
      const result = await runTrial(task, { workers, backend, trainer, listener: quiet }, 'float');
      listener({ kind: 'note', text: `${tag}: ${result.float?.toFixed(4) ?? 'diverged'}` });
      return { result, folder: place };
    },
    workers ?? parallelism(),
  );
  return new Map(variants.map((variant) => [variant, results.filter((_, j) => jobs[j].variant === variant)]));
}

/**
 * FastRNN on the same recordings in fewer and fewer steps, each reading more frames: whether alpha and alpha / beta go as
 * 1 / T.
 *
 * @throws AnalysisError where no number of frames gives so many steps
 */
export async function trainLengths(task: RetrainTask, lengths: readonly number[] | 'halves'): Promise<LengthRow[]> {
  const { base, dataDirectory } = task;
  const dataset = await loadDataset(base.recipe.data, { dataDirectory, sound: base.recipe.features.sound });
  const variants = framesFor(dataset.train.steps, lengths).map(({ steps, frames }) => {
    const stack = { frames, stride: frames };
    const recipe = { ...fastRnn(base, {}), features: { ...base.recipe.features, stack } };
    const stacked = stackDataset(dataset, stack);
    const most = Math.min(recipe.network.hiddenSize, stacked.train.features);
    const wRank = Math.min(recipe.network.wRank, most);
    const network = { ...recipe.network, wRank };
    return { label: `T-${steps}`, recipe: { ...recipe, network }, dataset: stacked, steps, frames };
  });
  task.listener({ kind: 'step', text: `FastRNN at ${variants.map(({ steps }) => steps).join(', ')} steps` });
  const trained = await trainVariants(task, variants);
  const near = paperDataOf(base.recipe, dataset);
  const paper = near?.measured ? near : undefined;
  const rows: LengthRow[] = [];
  for (const [{ steps, frames }, all] of trained) {
    const whole = all.filter(({ result }) => result.failed === undefined);
    if (whole.length === 0) continue;
    const weights = await Promise.all(whole.map(({ folder }) => residualOf(folder)));
    const over = (pick: (weights: { alpha: number; beta: number }) => number) => averaged(weights.map(pick));
    rows.push({
      steps,
      frames,
      leftOut: dataset.train.steps - steps * frames,
      alpha: over(({ alpha }) => alpha),
      beta: over(({ beta }) => beta),
      alphaOverBeta: over(({ alpha, beta }) => alpha / beta),
      alphaT: over(({ alpha }) => alpha * steps),
      test: averaged(whole.map(({ result }) => result.float ?? NaN)),
      paper: paper?.scaling.find((row) => row.steps === steps) ?? null,
    });
  }
  return rows;
}

/** How many frames a step reads for so many steps; `halves`: 1, 2, 4, 8 and 16, while there are 3 steps. */
function framesFor(total: number, lengths: readonly number[] | 'halves'): { steps: number; frames: number }[] {
  if (lengths === 'halves') {
    return [1, 2, 4, 8, 16]
      .map((frames) => ({ frames, steps: Math.floor(total / frames) }))
      .filter(({ steps }) => steps >= 3);
  }
  return lengths.map((steps) => {
    const frames = Math.floor(total / steps);
    if (frames >= 1 && frames <= 255 && Math.floor(total / frames) === steps) return { steps, frames };
    const can = Array.from({ length: 255 }, (_, i) => Math.floor(total / (i + 1))).filter((n) => n > 0);
    throw new AnalysisError(
      `--lengths ${steps}: recordings of ${total} frames can't be read in so many steps; they can in ${[...new Set(can)].slice(0, 12).join(', ')} …`,
    );
  });
}

async function residualOf(folder: string): Promise<{ alpha: number; beta: number }> {
  const model = await readModel(joinPath(folder, 'model.safetensors'));
  if (model.kind !== 'float') throw new AnalysisError(`${folder}/model.safetensors is not a float model`);
  const { residual } = parametersOf(model.facts.architecture, model.parameters);
  if (!residual) throw new AnalysisError(`${folder}/model.safetensors is no FastRNN`);
  return residual;
}

/** FastRNN with a fixed alpha, beta being 1 - alpha. */
export async function trainAlphas(task: RetrainTask, alphas: readonly number[]): Promise<AlphaRow[]> {
  const { base, dataset, listener } = task;
  listener({ kind: 'step', text: `FastRNN with alpha fixed at ${alphas.join(', ')}` });
  const variants = alphas.map((alpha) => ({
    ...{ label: `alpha-${alpha}`, alpha, dataset, recipe: fastRnn(base, { residual: 'fixed', alpha }) },
  }));
  const trained = await trainVariants(task, variants);
  return [...trained].map(([{ alpha }, all]) => {
    const tests = all.flatMap(({ result }) => result.float ?? []);
    return { alpha, test: tests.length > 0 ? averaged(tests) : null, diverged: all.length - tests.length };
  });
}

function averaged(values: readonly number[]): Averaged {
  const error = standardError(values);
  return { mean: mean(values), standardError: Number.isFinite(error) ? error : null, values };
}
