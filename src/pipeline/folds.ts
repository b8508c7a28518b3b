import { describeHost, joinPath, parallelism, removeFile, sha256, writeFile } from '#platform';
import {
  joinSequences,
  makeFolds,
  selectSequences,
  type Dataset,
  type FoldCount,
  type Folds,
  type Sequences,
} from '../data/index.js';
import { mean, standardDeviation, standardError } from '../math/index.js';
import { serialise, type LoadedRecipe } from '../recipe/index.js';
import { renderFolds, type FoldRow, type FoldsMetrics, type NetworkMetrics, type OverFolds } from '../report/index.js';
import { mainMetrics, predictedClasses, scoresOf } from '../training/index.js';
import { evaluateNetworks } from './evaluate.js';
import { taggedListener, type Listener } from './events.js';
import { keptResult } from './kept.js';
import { encode, integerModel } from './models.js';
import { openRun, prepareFolder, type RunOptions } from './open.js';
import { validationSplit } from './prepare.js';
import { checkConvertible, commit } from './run.js';
import { severalRuns, type Trainer } from './several.js';
import { recipeHashes } from './teacher.js';
import { trainModel } from './train-model.js';
import { packageVersion } from './version.js';

/** A finished cross-validation and where its results lie. */
export interface FinishedFolds {
  readonly folder: string;
  readonly metrics: FoldsMetrics;
}

/** What is kept of a fold: its figures, and for classes what was said of every row. */
interface FoldResult {
  /** What the fold is of; another's result is never taken up. */
  readonly identity: string;
  readonly row: FoldRow;
  readonly backend: string;
  readonly workers: number;
  /** Classes alone: of every test row its sequence in the pool, its label and the integer network's prediction. */
  readonly decisions?: { readonly sequences: number[]; readonly labels: number[]; readonly predictions: number[] };
}

/**
 * Cross-validation: the recordings are divided into folds, and for each fold the whole recipe is trained on the others and tested
 * on it. Data with a test part of their own keep it: their folds are parts of the training recordings, and the test part is not
 * looked at. Writes `folds.json` and `folds.html` into the run's folder; a fold that was finished before is not made again.
 *
 * @param count how many folds, or `group` for one a group
 */
export async function runFolds(options: RunOptions, count: FoldCount): Promise<FinishedFolds> {
  const listener = options.listener ?? (() => undefined);
  const { folder, recipe, dataset } = await openRun(options, checkConvertible);
  const pool = dataset.testDrawn ? joinSequences(dataset.train, dataset.test) : dataset.train;
  const leftAlone = dataset.testDrawn ? 0 : dataset.test.count;
  const { data, seed } = recipe.recipe;
  const folds = makeFolds(pool, count, data.validationBy === 'group', seed);
  const notes = [
    ...foldNotes(pool, folds, dataset.classNames),
    ...(leftAlone > 0 ? [`the test part of the data, ${leftAlone} recordings, is left alone`] : []),
  ];
  listener({ kind: 'step', text: `${folds.folds.length} folds of whole ${folds.by}s, ${pool.count} recordings` });
  for (const text of notes) listener({ kind: 'note', text });
  await writeFile(joinPath(folder, 'recipe.yaml'), serialise(recipe.recipe));

  const tests: number[] = [];
  const one = async (fold: number, trainer: Trainer) => {
    const own = { ...options, listener: taggedListener(listener, `fold ${fold + 1}`), trainer };
    const result = await runFold(own, { folder, recipe, dataset, pool, folds, fold });
    const { test } = result.row.integer;
    tests.push(test);
    const text = `${test.toFixed(4)}, mean of ${tests.length} so far ${mean(tests).toFixed(4)}`;
    own.listener({ kind: 'note', text });
    return result;
  };
  const threads = options.workers ?? parallelism();
  const results = await severalRuns(folds.folds.length, one, threads);
  const together = folds.folds.length < threads ? 1 : threads;

  const metrics = await summary(recipe, dataset, { pool, folds, leftAlone, results, together });
  await writeFile(joinPath(folder, 'folds.json'), `${JSON.stringify(metrics, undefined, 2)}\n`);
  const page = renderFolds({
    title: `${recipe.name}, seed ${seed}, ${folds.folds.length} folds`,
    metrics,
    classNames: dataset.classNames,
    recipeYaml: serialise(recipe.recipe),
    notes: [...dataset.notes.filter((note) => leftAlone > 0 || !note.startsWith('test set:')), ...notes],
  });
  await writeFile(joinPath(folder, 'folds.html'), page);
  return { folder, metrics };
}

/** What in the division makes figures worth less than they look. */
function foldNotes({ labels }: Sequences, { folds }: Folds, classNames: readonly string[]): string[] {
  return folds.flatMap((fold, f) => {
    const apart = new Set(fold);
    const left = new Set(labels.filter((_, i) => !apart.has(i)));
    const missing = classNames.filter((_, k) => !left.has(k) && labels.includes(k));
    return missing.length === 0
      ? []
      : [
          `fold ${f + 1} holds all recordings of ${missing.join(', ')}: there is nothing to learn ${missing.length === 1 ? 'it' : 'them'} from`,
        ];
  });
}

interface FoldTask {
  readonly folder: string;
  readonly recipe: LoadedRecipe;
  readonly dataset: Dataset;
  readonly pool: Sequences;
  readonly folds: Folds;
  /** From 0. */
  readonly fold: number;
}

/** One fold, or its result of an earlier run. */
async function runFold(options: RunOptions & { readonly listener: Listener }, task: FoldTask): Promise<FoldResult> {
  const { recipe, dataset, pool, folds, fold } = task;
  const { listener, workers, backend, fma, trainer } = options;
  const folder = joinPath(task.folder, 'folds', `fold-${fold + 1}`);
  const apart = folds.folds[fold];
  const isApart = new Set(apart);
  const kept = Uint32Array.from({ length: pool.count }, (_, i) => i).filter((i) => !isApart.has(i));
  const part: Dataset = {
    ...dataset,
    train: selectSequences(pool, kept),
    test: selectSequences(pool, apart),
    hash: await sha256(new TextEncoder().encode(`${dataset.hash} without ${Array.from(apart).join(' ')}`)),
  };
  const parts = [await recipeHashes(recipe), recipe.recipe.seed, part.hash, packageVersion()];
  const identity = [...parts, ...(fma ? ['fma'] : [])].join(' ');
  const file = joinPath(folder, 'fold.json');
  const saved = await keptResult<FoldResult>(file, identity);
  if (saved) {
    listener({ kind: 'step', text: `was done before: ${file}` });
    return saved;
  }
  listener({
    kind: 'step',
    text: `${part.train.count} recordings to train on, ${part.test.count} to test on`,
  });
  await prepareFolder(folder);
  const checkpoint = joinPath(folder, 'checkpoint.safetensors');
  const trained = await trainModel(recipe, part, { workers, backend, fma, checkpoint, trainer }, listener);
  const converted = integerModel(trained.model);
  const { integer, metrics } = await evaluateNetworks({
    model: trained.model,
    converted,
    dataset: part,
    split: validationSplit(recipe.recipe, part),
    retrained: trained.phases.length > 1,
  });
  const last = trained.phases[trained.phases.length - 1];
  const result: FoldResult = {
    identity,
    row: {
      fold: fold + 1,
      groups: folds.groups[fold],
      train: part.train.count - trained.validationCount,
      validation: trained.validationCount,
      test: part.test.count,
      float: metrics.float,
      integer: metrics.integer,
      baselines: (metrics.baselines ?? []).map(({ name, test }) => ({ name, test })),
      seconds: trained.phases.reduce((sum, phase) => sum + phase.seconds, 0),
    },
    backend: last.backend,
    workers: last.workers,
    ...(integer.head === 'softmax'
      ? {
          decisions: {
            sequences: Array.from(integer.sequences, (i) => apart[i]),
            labels: [...integer.labels],
            predictions: [...predictedClasses(integer)],
          },
        }
      : {}),
  };
  await writeFile(joinPath(folder, 'model.safetensors'), await encode(trained.model));
  await writeFile(joinPath(folder, 'integer.safetensors'), await encode(converted));
  await writeFile(file, `${JSON.stringify(result)}\n`);
  await removeFile(checkpoint);
  return result;
}

/** Mean, standard error and deviation of one figure of all folds; what JSON has as null is no number. */
function over(figures: readonly (number | null | undefined)[]): OverFolds {
  const known = figures.filter((figure) => typeof figure === 'number');
  const orNull = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    mean: mean(known),
    standardError: orNull(standardError(known)),
    standardDeviation: orNull(standardDeviation(known)),
  };
}

async function summary(
  { name, recipe }: LoadedRecipe,
  dataset: Dataset,
  parts: {
    readonly pool: Sequences;
    readonly folds: Folds;
    readonly leftAlone: number;
    readonly results: readonly FoldResult[];
    /** Folds that ran side by side. */
    readonly together: number;
  },
): Promise<FoldsMetrics> {
  const { pool, folds, leftAlone, results } = parts;
  const rows = results.map(({ row }) => row);
  const tests = (of: 'float' | 'integer') => rows.map((row) => row[of].test);
  const metric = mainMetrics[recipe.network.head];
  const [{ backend }] = results;
  const workers = results.reduce((most, result) => Math.max(most, result.workers), parts.together);
  const baselineNames = rows[0].baselines.map((baseline) => baseline.name);
  return {
    recipe: name,
    seed: recipe.seed,
    data: { name: dataset.name, sequences: pool.count, leftAlone },
    folds: { count: rows.length, by: folds.by },
    metric,
    float: over(tests('float')),
    integer: over(tests('integer')),
    ...(metric === 'r2' ? {} : { macroF1: over(rows.map((row) => row.integer.macroF1)) }),
    baselines: baselineNames.map((baseline, b) => ({
      name: baseline,
      ...over(rows.map((row) => row.baselines[b]?.test)),
      behind: over(rows.map((row) => row.integer.test - row.baselines[b].test)),
    })),
    pooled: pooledScores(pool, folds, results, dataset.classNames.length),
    rows: rows.map((row) => ({ ...row, float: withoutMatrix(row.float), integer: withoutMatrix(row.integer) })),
    training: { seconds: rows.reduce((sum, row) => sum + row.seconds, 0), backend, workers },
    environment: { node: describeHost().node, cpu: describeHost().cpu, backend, commit: await commit() },
  };
}

/** The scores of a fold, its confusion counts left out: they are in the pooled ones. */
function withoutMatrix<T extends NetworkMetrics>({ confusion, ...scores }: T): Omit<T, 'confusion'> {
  void confusion;
  return scores;
}

/** All test rows of all folds together. */
function pooledScores(
  pool: Sequences,
  { by }: Folds,
  results: readonly FoldResult[],
  classes: number,
): FoldsMetrics['pooled'] {
  const all = results.flatMap(({ decisions }) => (decisions ? [decisions] : []));
  if (all.length === 0) return {};
  const labels = Int32Array.from(all.flatMap((decisions) => decisions.labels));
  const predictions = all.flatMap((decisions) => decisions.predictions);
  const units = { group: pool.groups, recording: pool.recordings, sequence: undefined }[by];
  const unitOf = all.flatMap(({ sequences }) => sequences.map((i) => units?.[i] ?? i));
  const right = { head: 'softmax', size: classes, labels, targets: undefined } as const;
  const { test, interval, macroF1, perClass, confusion } = scoresOf(right, { classes: predictions }, unitOf);
  return {
    accuracy: test,
    interval,
    ...(macroF1 === undefined ? {} : { macroF1 }),
    ...(perClass ? { perClass } : {}),
    ...(confusion ? { confusion } : {}),
  };
}
