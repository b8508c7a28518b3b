import { describeHost } from '#platform';
import type { Dataset } from '../../data/index.js';
import { mean, standardDeviation, standardError } from '../../math/index.js';
import { isGated, parameterCount, recurrenceOf } from '../../network/index.js';
import type { LoadedRecipe, Recipe } from '../../recipe/index.js';
import { leadOver, type CompareMetrics, type CompareRow, type OverSeeds } from '../../report/index.js';
import { mainMetrics } from '../../training/index.js';
import { architectureOf } from '../prepare.js';
import { commit } from '../run.js';
import type { Entrant } from './entrants.js';
import type { KeptRows } from './kept-rows.js';
import { networkNames } from './networks.js';
import type { PaperData } from './paper.js';
import { plannedSize } from './sizes.js';
import { floatAsked, type TrialResult } from './trial.js';

/** A row with what it was trained with and what came of each seed. */
export interface Entry {
  readonly entrant: Entrant;
  /** As validation chose it. */
  readonly recipe: Recipe;
  /** In the order of the seeds. */
  readonly results: readonly TrialResult[];
}

export interface ComparisonTask {
  readonly base: LoadedRecipe;
  readonly dataset: Dataset;
  readonly paper: PaperData | undefined;
  readonly protocol: string;
  readonly sizing: string;
  readonly seeds: readonly number[];
  /** The row that the others' leads are over, where it is among them; else the first. */
  readonly against: string;
  readonly entries: readonly Entry[];
  /** Rows of networks that may stand beside. */
  readonly kept: KeptRows;
}

/** What `compare.json` holds. */
export async function comparison(task: ComparisonTask): Promise<CompareMetrics> {
  const { base, dataset, paper, protocol, sizing, against, entries, kept } = task;
  const made = entries.map((entry) => row(entry, task));
  const nameOf = ({ network }: CompareRow) => networkNames.find((name) => network.replace(/-L?S?Q$/, '') === name);
  const others = kept.rows.filter((own) => entries.every(({ entrant }) => entrant.name !== nameOf(own)));
  const place = (own: CompareRow) => networkNames.findIndex((name) => name === nameOf(own));
  const rows = [...others, ...made].sort((a, b) => place(a) - place(b));
  const other = rows.find(({ network }) => network === against) ?? rows[0];
  const backends = new Set(entries.flatMap(({ results }) => results.flatMap(({ backend }) => backend ?? [])));
  const { node, cpu } = describeHost();
  return {
    identity: kept.identity,
    recipe: base.name,
    data: { name: dataset.name, train: dataset.train.count, test: dataset.test.count },
    paperData: paper?.measured ? paper.name : null,
    protocol,
    size: sizing,
    seeds: [...new Set(rows.flatMap(({ seeds, failed }) => [...seeds, ...failed.map(({ seed }) => seed)]))].sort(
      (a, b) => a - b,
    ),
    metric: mainMetrics[base.recipe.network.head],
    rows: rows.map((own) => ({ ...own, ahead: own === other ? null : leadOver(own, other) })),
    environment: { node, cpu, backend: [...backends].join(', '), commit: await commit() },
  };
}

function row({ entrant, recipe, results }: Entry, { dataset, paper, seeds }: ComparisonTask): CompareRow {
  const { hiddenSize, wRank, uRank, update, gate } = recipe.network;
  const { optimiser, learningRate, clip, batchSize, epochs } = recipe.training;
  const { wSparsity, uSparsity } = recipe.compression;
  const architecture = architectureOf(recipe, dataset);
  const recurrence = recurrenceOf(architecture);
  const gated = isGated(architecture);
  const { label, quantised } = entrant;
  const whole = results.filter(({ failed }) => failed === undefined);
  const all = (pick: (result: TrialResult) => number | undefined) => whole.flatMap((result) => pick(result) ?? []);
  const most = (values: readonly number[]) => (values.length > 0 ? Math.max(...values) : null);
  const seconds = all((result) => result.seconds);
  return {
    network: label,
    trial: entrant.trial,
    hiddenSize,
    wRank,
    uRank,
    ...('reflectors' in recurrence && { reflectors: recurrence.reflectors }),
    wSparsity,
    uSparsity,
    settings: {
      ...{ optimiser, learningRate, clip, batchSize, epochs },
      update: recurrence.kind === 'EURNN' ? 'modReLU' : update,
      gate: gated ? gate : null,
    },
    seeds: seeds.filter((_, i) => results[i].failed === undefined),
    failed: seeds.flatMap((seed, i) => {
      const why = results[i].failed;
      return why === undefined ? [] : [{ seed, why }];
    }),
    float: overSeeds(all((result) => result.float)),
    integer: quantised ? overSeeds(all((result) => result.integer)) : null,
    paperBytes: quantised ? most(all((result) => result.paperBytes)) : null,
    modelBytes: quantised ? most(all((result) => result.modelBytes)) : null,
    floatBytes: plannedSize(architecture, recipe).floatBytes,
    parameters: parameterCount(architecture),
    trainingSeconds: seconds.length > 0 ? mean(seconds) : null,
    workers: most(all((result) => result.workers)),
    boards: quantised ? (results[0].boards ?? {}) : {},
    skipped: quantised && results[0].skipped?.integer !== floatAsked ? (results[0].skipped ?? {}) : {},
    ahead: null,
    paper: (paper?.measured && paper.figures[label]) || null,
  };
}

function overSeeds(values: readonly number[]): OverSeeds | null {
  if (values.length === 0) return null;
  const orNull = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    mean: mean(values),
    standardError: orNull(standardError(values)),
    standardDeviation: orNull(standardDeviation(values)),
    values,
  };
}
