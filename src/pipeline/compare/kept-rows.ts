import { joinPath, kindOf } from '#platform';
import type { Dataset } from '../../data/index.js';
import { canonicalJson, type LoadedRecipe } from '../../recipe/index.js';
import { shapeText, type CompareMetrics, type CompareRow } from '../../report/index.js';
import { counted, type Listener } from '../events.js';
import { keptResult } from '../kept.js';
import { recipeHashes } from '../teacher.js';
import { packageVersion } from '../version.js';
import type { CompareOptions } from './options.js';
import { choicesIn } from './settings.js';

/** A comparison that is about to begin. */
export interface KeptTask {
  readonly folder: string;
  readonly base: LoadedRecipe;
  readonly dataset: Dataset;
  readonly options: CompareOptions;
  readonly listener: Listener;
}

/** What an earlier call left in the folder, which may have had other networks, their own fields, and another number of seeds. */
export interface KeptRows {
  /** Of the options. */
  readonly identity: string;
  readonly rows: readonly CompareRow[];
}

/** The rows that stand in a folder's `compare.json`, where they are of this recipe, data, protocol and size; that others go is told. */
export async function keptRows({ folder, base, dataset, options, listener }: KeptTask): Promise<KeptRows> {
  const { protocol, sizing, bytes = null, fma = false } = options;
  const choices = options.settings === undefined ? null : await choicesIn(options.settings);
  const parts = [base.recipe.seed, dataset.hash, packageVersion()];
  const how = canonicalJson({ protocol, sizing, bytes, choices, fma });
  const identity = [await recipeHashes(base), ...parts, how].join(' ');
  const file = joinPath(folder, 'compare.json');
  const kept = await keptResult<CompareMetrics>(file, identity);
  if (!kept && (await kindOf(file)) === 'file') {
    listener({ kind: 'note', text: `the rows of ${file} are of other options or data: new ones replace them` });
  }
  return { identity, rows: Array.isArray(kept?.rows) ? kept.rows : [] };
}

/** What there is to say of rows that stood there and whose names are now those of other networks. */
export function replacedRows(before: readonly CompareRow[], now: readonly CompareRow[]): string[] {
  const made = ({ hiddenSize, wRank, uRank, reflectors, wSparsity, uSparsity, settings }: CompareRow) =>
    canonicalJson({ hiddenSize, wRank, uRank, reflectors: reflectors ?? 0, wSparsity, uSparsity, settings });
  return before.flatMap((old) => {
    const own = now.find(({ network }) => network === old.network);
    if (own && made(own) === made(old)) return [];
    const what = own ? `is now of ${shapeText(own)}, ${own.settings.epochs.join(' + ')} epochs` : 'is gone';
    return [
      `the row of ${old.network}, ${shapeText(old)}, ${old.settings.epochs.join(' + ')} epochs, ${counted(old.seeds.length, 'seed')}, ${what}; its trainings are kept, and the call that made it makes it again`,
    ];
  });
}
