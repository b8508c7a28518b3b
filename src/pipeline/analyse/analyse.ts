import { joinPath, writeFile } from '#platform';
import { analyse, type AnalysisTask } from '../../analysis/index.js';
import type { Dataset } from '../../data/index.js';
import { loadKernels } from '../../kernels/index.js';
import { renderAnalysis, type AnalysisMetrics } from '../../report/index.js';
import type { NetworkOnData } from '../../training/index.js';
import { normalisationFrom } from '../models.js';
import { prepareFolder } from '../open.js';
import { allRows, validationSplit } from '../prepare.js';
import { measureAlong } from './along.js';
import { iterationsOf } from './iterations.js';
import type { AnalyseOptions } from './options.js';
import { trainAlphas, trainLengths, type RetrainTask } from './retrain.js';

/** A finished analysis and where its results lie. */
export interface FinishedAnalysis {
  readonly folder: string;
  readonly metrics: AnalysisMetrics;
}

/**
 * Measures what a trained network's recurrence does to gradients, and what the paper's theory says of it; writes
 * `analysis.json` and `analysis.html`.
 *
 * @throws AnalysisError where the network is not what section 3.1.1 is about
 */
export async function analyseModel(options: AnalyseOptions): Promise<FinishedAnalysis> {
  const { model, recipe, dataset, folder, file, listener = () => undefined } = options;
  await prepareFolder(folder);
  listener({ kind: 'step', text: `measuring ${file} on ${dataset.name}` });
  const task = await analysisTask(options);
  const analysis = analyse(task);
  const along =
    options.along === undefined ? null : await measureAlong({ ...options, every: options.along, test: task.test });
  const retrain: RetrainTask = { ...options, listener, base: recipe };
  const lengths = options.lengths ? await trainLengths(retrain, options.lengths) : null;
  const alphas = options.alphas ? await trainAlphas(retrain, options.alphas) : null;
  const metrics: AnalysisMetrics = { model: file, data: dataset.name, ...analysis, along, lengths, alphas };
  await writeFile(joinPath(folder, 'analysis.json'), `${JSON.stringify(metrics, undefined, 2)}\n`);
  const title = `${recipe.name}, seed ${model.facts.provenance.seed}: analysis`;
  await writeFile(joinPath(folder, 'analysis.html'), renderAnalysis(title, metrics));
  return { folder, metrics };
}

async function analysisTask(options: AnalyseOptions): Promise<AnalysisTask> {
  const { model, recipe, dataset, recordings, backend } = options;
  const kernels = await loadKernels({ backend: backend ?? 'auto' });
  const { architecture, provenance } = model.facts;
  const split = validationSplit(recipe.recipe, dataset);
  const retrained = recipe.recipe.training.retrain && split.validation.length > 0;
  const trained = retrained ? allRows(dataset).train : split.train;
  const on = (sequences: Dataset['train'], rows: Uint32Array): NetworkOnData => ({
    ...{ kernels, architecture, parameters: model.parameters, normalisation: normalisationFrom(model.facts) },
    ...{ sequences, rows },
  });
  return {
    train: on(dataset.train, trained),
    test: on(
      dataset.test,
      Uint32Array.from({ length: dataset.test.count }, (_, i) => i),
    ),
    recordings,
    iterations: await iterationsOf(options, trained.length, retrained ? 2 : 1),
    seed: provenance.seed,
  };
}
