import { absolutePath, HostError, joinPath, kindOf, listDirectory, removeFile } from '#platform';
import { loadDataset, type Dataset } from '../data/index.js';
import type { Backend } from '../kernels/index.js';
import { checkArchitecture, recurrenceProblems, type Architecture } from '../network/index.js';
import { loadRecipe, RecipeError, type LoadedRecipe } from '../recipe/index.js';
import type { Listener } from './events.js';
import type { Trainer } from './several.js';
import { architectureOf, checkDataDirectory, stackDataset, stackingOf } from './prepare.js';

/** What a run is told: the recipe, changes of it, and where data and results lie. */
export interface RunOptions {
  /** A shipped recipe's name or a file. */
  readonly recipe: string;
  /** Overrides, `network.hiddenSize=64`. */
  readonly sets?: readonly string[];
  readonly seed?: number | undefined;
  /** The folder of data sets; else FASTGRNN_DATA. */
  readonly dataDirectory?: string | undefined;
  readonly workers?: number | undefined;
  readonly backend?: Backend | undefined;
  readonly fma?: boolean | undefined;
  /** The run's folder; by default `runs/<recipe>-<seed>` under the working folder. */
  readonly out?: string | undefined;
  readonly listener?: Listener;
  /** How trainings are run; see `severalRuns`. */
  readonly trainer?: Trainer | undefined;
}

/** A recipe, its data, and the folder that results go into. */
export interface OpenRun {
  readonly folder: string;
  readonly recipe: LoadedRecipe;
  readonly dataset: Dataset;
}

/**
 * Loads a recipe and its data and makes sure that results can go into the run's folder.
 *
 * @param check refuses a network before it is trained
 */
export async function openRun(
  options: RunOptions,
  check: (architecture: Architecture) => void = checkArchitecture,
): Promise<OpenRun> {
  const listener = options.listener ?? (() => undefined);
  const recipe = await openRecipe(options);
  checkRecurrence(recipe);
  const folder = options.out ?? joinPath('runs', `${recipe.name}-${recipe.recipe.seed}`);
  listener({ kind: 'step', text: `recipe ${recipe.name}, seed ${recipe.recipe.seed}, into ${folder}` });
  const dataset = await openDataset(recipe, options);
  check(architectureOf(recipe.recipe, dataset));
  await prepareFolder(folder);
  return { folder, recipe, dataset };
}

/** The recipe that a run is told, its recordings found from wherever its copy is used. */
export async function openRecipe(options: Pick<RunOptions, 'recipe' | 'sets' | 'seed'>): Promise<LoadedRecipe> {
  return withAbsolutePath(await loadRecipe(options.recipe, options.sets, options.seed));
}

/** Refuses a recurrence that can't be built, by the names of a recipe's fields and before its data are read. */
function checkRecurrence({ name, recipe }: LoadedRecipe): void {
  const problems = recurrenceProblems(recipe.network);
  if (problems.length === 0) return;
  throw new RecipeError(problems.map(({ field, problem }) => `recipe ${name}: network.${field} ${problem}`).join('\n'));
}

/** A recipe's data in the steps that its network reads; what there is to say of them is told. */
export async function openDataset(
  { recipe }: LoadedRecipe,
  { dataDirectory, listener = () => undefined }: Pick<RunOptions, 'dataDirectory' | 'listener'>,
): Promise<Dataset> {
  await checkDataDirectory(dataDirectory);
  const tell = (text: string) => listener({ kind: 'note', text });
  const loaded = await loadDataset(recipe.data, { dataDirectory, sound: recipe.features.sound, tell });
  const dataset = stackDataset(loaded, stackingOf(recipe));
  const { train, test } = dataset;
  listener({
    kind: 'step',
    text: `data ${dataset.name}: ${train.count} to train on, ${test.count} to test on, ${train.steps} steps of ${train.features} values, ${dataset.classNames.length} classes`,
  });
  for (const text of dataset.notes) listener({ kind: 'note', text });
  return dataset;
}

/** Removes what a killed run left of files that it was writing. */
export async function prepareFolder(folder: string): Promise<void> {
  const kind = await kindOf(folder);
  if (kind === 'file') throw new HostError(`${folder} is a file; results need a folder, name another by --out`);
  if (kind === undefined) return;
  for (const name of await listDirectory(folder)) {
    if (/\.[0-9a-f]{8}\.tmp$/.test(name)) await removeFile(joinPath(folder, name));
  }
}

/** A recipe whose recordings are found from wherever its copy in the run's folder is used. */
function withAbsolutePath({ name, recipe }: LoadedRecipe): LoadedRecipe {
  const { path } = recipe.data;
  return {
    name,
    recipe: path === undefined ? recipe : { ...recipe, data: { ...recipe.data, path: absolutePath(path) } },
  };
}
