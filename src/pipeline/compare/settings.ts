import { joinPath, kindOf, readFile } from '#platform';
import { RecipeError, type Recipe } from '../../recipe/index.js';
import type { CompareMetrics } from '../../report/index.js';
import type { Entrant } from './entrants.js';
import { withCandidate } from './protocols.js';

/** The rows of a finished comparison. */
async function rowsOf(folder: string): Promise<CompareMetrics['rows']> {
  const file = joinPath(folder, 'compare.json');
  if ((await kindOf(file)) !== 'file') {
    throw new RecipeError(`--settings: there is no ${file}; name the folder of a comparison that is finished`);
  }
  const rows = storedRows(new TextDecoder().decode(await readFile(file)));
  if (rows) return rows;
  throw new RecipeError(`--settings: ${file} is not what a comparison writes; name the folder of one that is finished`);
}

/** Undefined where the text is damaged or something else. */
function storedRows(text: string): CompareMetrics['rows'] | undefined {
  let stored: { rows?: Partial<CompareMetrics['rows'][number]>[] } | null;
  try {
    stored = JSON.parse(text) as typeof stored;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const rows = stored?.rows;
  return Array.isArray(rows) && rows.every((row) => hasSettings(row)) ? (rows as CompareMetrics['rows']) : undefined;
}

function hasSettings(row: Partial<CompareMetrics['rows'][number]> | null): boolean {
  const { update, gate, optimiser, learningRate, clip } = row?.settings ?? {};
  return (
    [row?.network, update, optimiser].every((text) => typeof text === 'string') &&
    (gate === null || typeof gate === 'string') &&
    [learningRate, clip].every((value) => typeof value === 'number')
  );
}

/** What the comparison in a folder chose for each network: two of the same choices are the same. */
export async function choicesIn(folder: string): Promise<unknown> {
  return (await rowsOf(folder)).map(({ network, settings: { update, gate, optimiser, learningRate, clip } }) => {
    return { network, update, gate, optimiser, learningRate, clip };
  });
}

/**
 * Each network's recipe with the nonlinearities, optimiser, learning rate and clipping that another comparison chose for it on
 * validation recordings; FastGRNN's where a variant of it has no row there.
 *
 * @throws RecipeError where that comparison has no such network
 */
export async function settingsOf(folder: string, entrants: readonly Entrant[]): Promise<Map<string, Recipe>> {
  const rows = await rowsOf(folder);
  return new Map(
    entrants.map(({ label, name, trial, recipe }) => {
      const row = [label, name].map((wanted) => rows.find(({ network }) => network === wanted)).find(Boolean);
      if (!row) {
        const known = rows.map(({ network }) => network).join(', ');
        throw new RecipeError(`--settings: ${folder} has no ${name}, only ${known}; leave it out of --cells`);
      }
      const { update, gate, optimiser, learningRate, clip } = row.settings;
      // A row's settings were fields of a recipe that was checked when it was trained; they are checked again before this one is.
      const network = { ...(name !== 'EURNN' && { update }), ...(gate !== null && { gate }) } as Partial<
        Recipe['network']
      >;
      const training = { optimiser, learningRate, clip } as Partial<Recipe['training']>;
      return [trial, withCandidate(recipe, { text: '', network, training })];
    }),
  );
}
