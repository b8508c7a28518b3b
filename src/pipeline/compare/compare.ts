import { joinPath, parallelism, writeFile } from '#platform';
import type { Dataset } from '../../data/index.js';
import { checkArchitecture } from '../../network/index.js';
import { RecipeError, resolveRecipe, applySet, type LoadedRecipe, type Recipe } from '../../recipe/index.js';
import { renderComparison, type CompareMetrics } from '../../report/index.js';
import { counted, taggedListener, type Listener } from '../events.js';
import { openDataset, openRecipe, prepareFolder } from '../open.js';
import { checkDetectable } from '../listen/index.js';
import { architectureOf, validationSplit } from '../prepare.js';
import { severalRuns } from '../several.js';
import { entrantsOf, type Entrant } from './entrants.js';
import { keptRows, replacedRows } from './kept-rows.js';
import { dividedSets, fieldOf, setsOf, withNetwork, type OwnFields } from './networks.js';
import { paperDataOf } from './paper.js';
import {
  candidatesOf,
  chosenText,
  finalists,
  finalRecipe,
  rounds,
  tuningRecipe,
  underProtocol,
  wholeTuningRecipe,
  withCandidate,
} from './protocols.js';
import { comparison } from './rows.js';
import type { CompareOptions } from './options.js';
import { settingsOf } from './settings.js';
import { better, runTrial, runTuningTrial, type TrialResult, type TuningResult } from './trial.js';

/** A finished comparison and where its results lie. */
export interface FinishedComparison {
  readonly folder: string;
  readonly metrics: CompareMetrics;
}

/**
 * Trains the paper's networks on a recipe's data, seed by seed, and writes `compare.json` and `compare.html` into the folder.
 * Each training has a run's folder there; what was finished before is not made again, and a killed training goes on after its
 * last epoch. Rows of other networks that stand there and were measured by the same options stay. Nothing is chosen on the test
 * recordings.
 */
export async function compareNetworks(options: CompareOptions): Promise<FinishedComparison> {
  const { listener = () => undefined, protocol, sizing } = options;
  const { base, given } = await underOptions(options);
  const folder = options.out ?? joinPath('runs', `${base.name}-compare`);
  listener({ kind: 'step', text: `comparison on recipe ${base.name}, into ${folder}` });
  const dataset = await openDataset(base, options);
  const paper = paperDataOf(base.recipe, dataset);
  const entrants = entrantsOf({
    ...{ names: options.cells, ablate: options.ablate ?? false, protocol, sizing, recipe: base.recipe, dataset },
    ...{ paper, bytes: options.bytes, given },
  });
  for (const { recipe } of entrants) {
    // Refused before hours of training.
    checkArchitecture(architectureOf(resolveRecipe(recipe, base.name), dataset));
  }
  if (!options.float) checkDetectable(base.recipe, dataset, validationSplit(base.recipe, dataset).validation);
  await prepareFolder(folder);
  const kept = await keptRows({ folder, base, dataset, options, listener });
  const { against } = options;
  if (against && ![...options.cells, ...kept.rows.map(({ network }) => network)].includes(against)) {
    throw new RecipeError(`--against ${against}: neither among --cells nor in ${folder}; name it in --cells, too`);
  }

  const trials = entrants.filter((entrant, i) => entrants.findIndex(({ trial }) => trial === entrant.trial) === i);
  const context: Context = { base, dataset, folder, options, listener };
  const chosen = options.settings ? await settingsOf(options.settings, trials) : await tune(trials, context);
  const seeds = Array.from({ length: options.seeds }, (_, i) => base.recipe.seed + i);
  const write = async (results: TrialResults, count: number) => {
    const metrics = await comparison({
      ...{ base, dataset, paper, sizing, kept, seeds: seeds.slice(0, count) },
      protocol: options.settings ? 'settings' : protocol,
      against: options.against ?? 'FastGRNN',
      entries: entrants.map((entrant) => ({
        entrant,
        recipe: chosen.get(entrant.trial) ?? entrant.recipe,
        results: (results.get(entrant.trial) ?? []).slice(0, count),
      })),
    });
    await writeFile(joinPath(folder, 'compare.json'), `${JSON.stringify(metrics, undefined, 2)}\n`);
    await writeFile(joinPath(folder, 'compare.html'), renderComparison(metrics, dataset.notes));
    return metrics;
  };
  const names = entrants.map(({ label }) => label);
  const standing = kept.rows.filter(({ network }) => names.includes(network)).map((row) => row.seeds.length);
  const results = await trainAll(trials, chosen, seeds, context, { write, from: Math.max(0, ...standing) });
  const metrics = await write(results, seeds.length);
  for (const text of replacedRows(kept.rows, metrics.rows)) listener({ kind: 'note', text });
  return { folder, metrics };
}

/** By trial and seed, in the order of the seeds. */
type TrialResults = ReadonlyMap<string, readonly TrialResult[]>;

interface Context {
  readonly base: LoadedRecipe;
  readonly dataset: Dataset;
  readonly folder: string;
  readonly options: CompareOptions;
  readonly listener: Listener;
}

/**
 * The recipe under the protocol; what a user sets by hand comes after it. What some networks alone have (`given`) is theirs, and not
 * the recipe's own.
 */
async function underOptions(options: CompareOptions): Promise<{ base: LoadedRecipe; given: OwnFields }> {
  if (options.bytes !== undefined && options.sizing !== 'equal') {
    throw new RecipeError(
      `--bytes ${options.bytes} is for --size equal, and the size is ${options.sizing}; leave one of them out`,
    );
  }
  const { common, own } = dividedSets(options.sets ?? [], options.cells);
  const shape = common.find((set) => ['hiddenSize', 'wRank', 'uRank'].includes(fieldOf(set)));
  if (shape !== undefined && options.sizing === 'paper') {
    throw new RecipeError(`--set ${shape}: --size paper takes the paper's; leave one of them out`);
  }
  const { name, recipe } = await openRecipe({ ...options, sets: common });
  const sets = common.filter((set) => !set.trim().startsWith('data.path')); // made absolute already
  const under = underProtocol(recipe, options.protocol);
  // The recipe's own network has what it has of the others too, which may go together with what all have.
  const changed = [...sets, ...setsOf(under.network, own)].reduce<unknown>(applySet, under);
  const resolved = resolveRecipe({ ...(changed as Recipe), seed: recipe.seed }, name);
  const given = (own.reduce<unknown>(applySet, {}) as { network?: OwnFields }).network ?? {};
  // Wrong values are refused before sizes are looked for.
  for (const network of options.cells) resolveRecipe(withNetwork(resolved, network, given), name);
  if (options.protocol !== 'recipe' && resolved.data.validation === 0) {
    throw new RecipeError(
      `--protocol ${options.protocol} chooses on validation recordings, and data.validation is 0; set it above 0, or take --protocol recipe`,
    );
  }
  return { base: { name, recipe: resolved }, given };
}

/** A trial's recipe as it is run: its seed and its boards. */
function trialRecipe({ base }: Context, trial: string, recipe: Recipe, change: Partial<Recipe>): LoadedRecipe {
  const name = `${base.name}-${trial}`;
  return { name, recipe: resolveRecipe({ ...recipe, ...change }, name) };
}

/** A candidate of a network, trained and validated. */
interface Tried {
  readonly recipe: Recipe;
  readonly result: TuningResult;
}

/** A network whose settings are being chosen. */
interface Tuned {
  readonly entrant: Entrant;
  /** All that was tried, the best first. */
  readonly tried: Tried[];
  /** How many trainings were begun. */
  begun: number;
}

/**
 * The recipe that validation chooses for each trial, round by round, each at the best of the earlier ones; then the best few are
 * trained to their whole length, and the best of these is taken.
 */
async function tune(entrants: readonly Entrant[], context: Context): Promise<Map<string, Recipe>> {
  const { protocol } = context.options;
  const state = entrants.map((entrant): Tuned => ({ entrant, tried: [], begun: 0 }));
  const bestOf = ({ tried, entrant }: Tuned) => tried.at(0)?.recipe ?? entrant.recipe;
  for (let round = 0; round < rounds[protocol]; round++) {
    const jobs = state.flatMap((one) => {
      const { name, recipe: start } = one.entrant;
      const recipe = bestOf(one);
      return candidatesOf({ protocol, name, start, recipe, round }).map((candidate) => ({
        ...{ one, text: candidate.text, recipe: withCandidate(recipe, candidate) },
      }));
    });
    await tryOut(jobs, `round ${round + 1} of ${rounds[protocol]}`, tuningRecipe, context);
  }
  if (finalists[protocol] > 0) {
    const last = state.flatMap((one) => {
      const best = one.tried.slice(0, finalists[protocol]);
      one.tried.length = 0;
      return best.map(({ recipe }) => ({ one, text: `whole: ${chosenText(recipe)}`, recipe }));
    });
    await tryOut(last, 'the best at their whole length', wholeTuningRecipe, context);
  }
  return new Map(state.map((one) => [one.entrant.trial, bestOf(one)]));
}

/** Trains candidates and puts them where they belong among those that their networks have tried. */
async function tryOut(
  jobs: readonly { one: Tuned; text: string; recipe: Recipe }[],
  round: string,
  forTuning: (recipe: Recipe) => Recipe,
  context: Context,
): Promise<void> {
  const { options, listener, folder, dataset } = context;
  listener({ kind: 'step', text: `choosing on validation, ${round}: ${counted(jobs.length, 'training')}` });
  const numbers = jobs.map(({ one }) => ++one.begun);
  const results = await severalRuns(
    jobs.length,
    async (index, trainer) => {
      const { one, text, recipe } = jobs[index];
      const { label, trial } = one.entrant;
      const tag = `${label} ${text}`;
      const own = { ...options, trainer, listener: quiet(taggedListener(listener, tag)) };
      const loaded = trialRecipe(context, trial, forTuning(recipe), { targets: [] });
      const place = joinPath(folder, trial, 'tuning', String(numbers[index]));
      const result = await runTuningTrial({ folder: place, recipe: loaded, dataset }, own);
      listener({ kind: 'note', text: `${tag}: ${told(result)}` });
      return result;
    },
    options.workers ?? parallelism(),
  );
  jobs.forEach(({ one: { tried }, recipe }, j) => {
    const place = tried.findIndex(({ result }) => better(results[j], result));
    tried.splice(place < 0 ? tried.length : place, 0, { recipe, result: results[j] });
  });
}

function told({ failed, validation, validationLoss }: TuningResult): string {
  if (failed !== undefined) return 'diverged';
  return `validation ${validation?.toFixed(4) ?? '?'}, loss ${validationLoss?.toFixed(4) ?? '?'}`;
}

/** All seeds of all trials, each seed's networks one after the other. */
async function trainAll(
  entrants: readonly Entrant[],
  chosen: ReadonlyMap<string, Recipe>,
  seeds: readonly number[],
  context: Context,
  rows: {
    readonly write: (results: TrialResults, count: number) => Promise<unknown>;
    /** Rows of so many seeds stand there already. */
    readonly from: number;
  },
): Promise<TrialResults> {
  const { options, listener, folder, dataset } = context;
  const jobs = seeds.flatMap((seed, i) => entrants.map((entrant) => ({ seed, entrant, i })));
  listener({
    kind: 'step',
    text: `${counted(entrants.length, 'network')}, ${counted(seeds.length, 'seed')}: ${counted(jobs.length, 'training')}`,
  });
  const results = new Map(entrants.map(({ trial }) => [trial, [] as TrialResult[]]));
  const isMissing = (k: number) => [...results.values()].some((of) => of[k] === undefined);
  let done = 0;
  let written = rows.from;
  let writing: Promise<unknown> = Promise.resolve();
  await severalRuns(
    jobs.length,
    async (index, trainer) => {
      const { seed, entrant, i } = jobs[index];
      const tag = `${entrant.label} seed ${seed}`;
      const own = { ...options, trainer, listener: quiet(taggedListener(listener, tag)) };
      const targets = i === 0 ? [...options.boards] : [];
      const settled = finalRecipe(chosen.get(entrant.trial) ?? entrant.recipe);
      const recipe = trialRecipe(context, entrant.trial, settled, { seed, targets });
      const place = joinPath(folder, entrant.trial, `seed-${seed}`);
      const result = await runTrial({ folder: place, recipe, dataset }, own, options.float ? 'float' : 'whole');
      const figure = result.integer ?? result.float;
      const text = figure === undefined ? 'diverged' : figure.toFixed(4);
      listener({ kind: 'note', text: `${++done} of ${jobs.length}, ${tag}: ${text}` });
      results.get(entrant.trial)![i] = result;
      // The rows of the seeds that every network has stand there, one after the other, should the rest be stopped.
      const count = seeds.findIndex((_, k) => isMissing(k));
      if (count > written) {
        written = count;
        writing = writing.then(() => rows.write(results, count));
        await writing;
      }
    },
    options.workers ?? parallelism(),
  );
  return results;
}

/** Of dozens of trainings only how far they are is told, not each one's steps. */
function quiet(listener: Listener): Listener {
  return (event) => {
    if (event.kind === 'progress' || event.kind === 'epoch') listener(event);
  };
}
