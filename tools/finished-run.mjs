// What is known of a run's folder.
import { existsSync } from 'node:fs';
import { loadDataset } from '../dist/data/index.js';
import { ModelFileError } from '../dist/network/index.js';
import { packageVersion, readModel } from '../dist/pipeline/index.js';
import { recipeHash } from '../dist/recipe/index.js';

/** Whether a folder holds the finished run of exactly this recipe, data and seed. */
export async function isFinished(folder, { name, recipe }, dataDirectory) {
  if (!existsSync(`${folder}/metrics.json`) || !existsSync(`${folder}/model.safetensors`)) return false;
  const model = await readModel(`${folder}/model.safetensors`).catch((error) => {
    if (error instanceof ModelFileError) return undefined; // damaged: made again
    throw error;
  });
  if (!model) return false;
  const { provenance } = model.facts;
  const wanted = {
    recipe: name,
    recipeHash: await recipeHash(recipe),
    dataHash: (await loadDataset(recipe.data, { dataDirectory, sound: recipe.features.sound })).hash,
    version: await packageVersion(),
    seed: recipe.seed,
  };
  return Object.entries(wanted).every(([key, value]) => provenance[key] === value);
}
