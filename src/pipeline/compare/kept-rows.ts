import { joinPath, kindOf } from '#platform';
import type { Dataset } from '../../data/index.js';
import { canonicalJson, recipeHash, type LoadedRecipe } from '../../recipe/index.js';
import type { CompareMetrics, CompareRow } from '../../report/index.js';
import type { Listener } from '../events.js';
import { keptResult } from '../kept.js';
import { packageVersion } from '../train-model.js';
import type { OwnFields } from './networks.js';
import type { CompareOptions } from './options.js';

/** A comparison that is about to begin. */
export interface KeptTask {
  readonly folder: string;
  readonly base: LoadedRecipe;
  readonly dataset: Dataset;
  readonly given: OwnFields;
  readonly options: CompareOptions;
  readonly listener: Listener;
}

/** What an earlier call with the same options, but for the networks and the number of seeds, left in the folder. */
export interface KeptRows {
  /** Of the options. */
  readonly identity: string;
  readonly rows: readonly CompareRow[];
}

/** The rows that stand in a folder's `compare.json`, where they are of this recipe, data, protocol and size; that others go is told. */
export async function keptRows({ folder, base, dataset, given, options, listener }: KeptTask): Promise<KeptRows> {
  const { protocol, sizing, bytes = null, settings = null, ablate = false, fma = false } = options;
  const parts = [base.recipe.seed, dataset.hash, packageVersion(), canonicalJson(given)];
  const how = canonicalJson({ protocol, sizing, bytes, settings, ablate, fma });
  const identity = [await recipeHash(base.recipe), ...parts, how].join(' ');
  const file = joinPath(folder, 'compare.json');
  const kept = await keptResult<CompareMetrics>(file, identity);
  if (!kept && (await kindOf(file)) === 'file') {
    listener({ kind: 'note', text: `the rows of ${file} are of other options or data: new ones replace them` });
  }
  return { identity, rows: kept?.rows ?? [] };
}
