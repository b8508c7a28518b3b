import { joinPath, kindOf, listDirectory, packageFile, readFile } from '#platform';
import { RecipeError } from './errors.js';
import { nearest } from './nearest.js';
import { parseRecipe, resolveRecipe } from './resolve.js';
import type { Recipe } from './schema.js';
import { applySet } from './set.js';

/** A recipe with the name that its results go by. */
export interface LoadedRecipe {
  readonly name: string;
  readonly recipe: Recipe;
}

/** The names of the recipes that come with the package, sorted. */
export async function shippedRecipes(): Promise<string[]> {
  const files = await listDirectory(packageFile('recipes'));
  const names = files.filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length));
  return names.sort((a, b) => (a < b ? -1 : 1));
}

/**
 * Reads a recipe: one that comes with the package by bare name (`digits`), or a file (`mine.yaml`, `folder/recipe.yaml`).
 * A relative `data.path` in a file is taken from the file's folder, one in `sets` from the working folder.
 *
 * @param sets overrides, `network.hiddenSize=64`, applied in order
 * @param seed replaces the recipe's seed
 * @throws RecipeError where there is no such recipe or it is wrong
 */
export async function loadRecipe(
  nameOrFile: string,
  sets: readonly string[] = [],
  seed?: number,
): Promise<LoadedRecipe> {
  const file = await findRecipe(nameOrFile);
  const name = nameOf(file);
  const text = new TextDecoder().decode(await readFile(file));
  let object = relocate(parseRecipe(text, name), directoryOf(file));
  for (const set of sets) object = applySet(object, set);
  if (seed !== undefined) object = applySet(object, `seed=${seed}`);
  return { name, recipe: resolveRecipe(object, name) };
}

async function findRecipe(nameOrFile: string): Promise<string> {
  if (/^[\w-]+$/.test(nameOrFile)) {
    const shipped = packageFile(`recipes/${nameOrFile}.yaml`);
    if ((await kindOf(shipped)) === 'file') return shipped;
  } else if ((await kindOf(nameOrFile)) === 'file') {
    return nameOrFile;
  }
  const names = await shippedRecipes();
  const own = joinPath(nameOrFile, 'recipe.yaml');
  if ((await kindOf(own)) === 'file') throw new RecipeError(`${nameOrFile} is a folder; did you mean ${own}?`);
  const near = nearest(nameOrFile, names);
  throw new RecipeError(
    `there is no recipe ${nameOrFile}${near ? `; did you mean ${near}?` : ''}; shipped recipes: ${names.join(', ')}; your own is named by its file, as in ./recipe.yaml`,
  );
}

/** The file's name without folder and extension; of a file called `recipe` the folder's name. */
function nameOf(file: string): string {
  const parts = file.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  const last = (parts.pop() ?? '').replace(/\.ya?ml$/, '');
  const folder = parts.pop();
  return last === 'recipe' && folder !== undefined && folder !== '..' ? folder : last;
}

function directoryOf(file: string): string {
  const end = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'));
  return end < 0 ? '' : file.slice(0, end + 1);
}

function relocate(recipe: unknown, directory: string): unknown {
  const data = (recipe as { data?: unknown } | null)?.data;
  const path = (data as { path?: unknown } | null | undefined)?.path;
  if (typeof path !== 'string' || directory === '' || /^([/\\]|[A-Za-z]:)/.test(path)) return recipe;
  return { ...(recipe as object), data: { ...(data as object), path: joinPath(directory, path) } };
}
