import path from 'node:path';
import { kindOf } from '#platform';
import { DataError, loadDataset, type Dataset } from '../data/index.js';
import { stackDataset, type Model } from '../pipeline/index.js';
import { loadRecipe, resolveRecipe, type Recipe, type SoundArithmetic } from '../recipe/index.js';

/**
 * The data set of a recipe: the one that `--data` names, else the one beside the model, else the one it was trained with.
 *
 * @param arithmetic what features of sound are computed in, where it is another than the training's: rounded to the model's counts
 */
export async function datasetFor(
  file: string,
  model: Model,
  data: string | undefined,
  arithmetic?: SoundArithmetic,
): Promise<{ readonly dataset: Dataset; readonly recipe: Recipe }> {
  const isFolder = data !== undefined && (await kindOf(data)) === 'directory';
  const beside = path.join(path.dirname(file), 'recipe.yaml');
  const { imported, provenance, input } = model.facts;
  const own = (await kindOf(beside)) === 'file' ? beside : imported ? undefined : provenance.recipe;
  const { recipe } = await recipeFor(data, isFolder, own, file);
  // Other recordings than those of the training are rounded to the counts that the model knows.
  const others = isFolder && recipe.data.name === 'folder';
  const counts = { input: { lsb: [...input.lsb] } };
  const settings = others
    ? { ...recipe.data, path: data, ...counts }
    : imported || arithmetic !== undefined
      ? { ...recipe.data, ...counts }
      : recipe.data;
  const loaded = await loadDataset(settings, {
    ...(isFolder && !others && { dataDirectory: data }),
    sound: { ...(model.facts.features.sound ?? recipe.features.sound), ...(arithmetic && { arithmetic }) },
  });
  return { dataset: stackDataset(loaded, model.facts.features.stack ?? { frames: 1, stride: 1 }), recipe };
}

async function recipeFor(
  data: string | undefined,
  isFolder: boolean,
  own: string | undefined,
  file: string,
): Promise<{ readonly recipe: Recipe }> {
  if (data !== undefined && !isFolder) return loadRecipe(data);
  if (own !== undefined) return loadRecipe(own);
  if (data === undefined) {
    throw new DataError(`${file} was imported, so it has no recipe; name recordings by --data, a recipe or a folder`);
  }
  const inside = path.join(data, 'recipe.yaml');
  if ((await kindOf(inside)) === 'file') return loadRecipe(inside);
  return { recipe: resolveRecipe({ data: { name: 'folder', path: data } }, data) };
}

/** Refuses data that a model was not made for. */
export function checkFits({ facts }: Model, { test, classNames, channelNames, lsb }: Dataset): void {
  const { architecture, input } = facts;
  const inputs = architecture.vocabulary > 0 ? 1 : architecture.inputSize;
  if (test.features !== inputs || classNames.length !== architecture.classes) {
    throw new DataError(
      `the data have ${test.features} channels and ${classNames.length} classes, the model takes ${inputs} and ${architecture.classes}: name the recipe it was trained with by --data`,
    );
  }
  const other = classNames.findIndex((name, i) => name !== facts.classNames[i]);
  if (other >= 0) {
    throw new DataError(
      `class ${other} is ${classNames[other]} in the data and ${facts.classNames[other]} in the model: name the recipe it was trained with by --data`,
    );
  }
  const channel = input.channelNames.findIndex((name, i) => name !== channelNames[i]);
  if (channel >= 0) {
    throw new DataError(
      `channel ${channel} is ${channelNames[channel]} in the data and ${input.channelNames[channel]} in the model: the same channels in the same order are needed`,
    );
  }
  const differs = input.lsb.findIndex((value, i) => value !== lsb[i]);
  if (differs >= 0) {
    throw new DataError(
      `channel ${input.channelNames[differs]}: one count is ${lsb[differs]} in the data and ${input.lsb[differs]} in the model: set data.input.lsb to the model's`,
    );
  }
}
