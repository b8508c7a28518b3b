import type { Dataset } from '../data/index.js';
import { loadKernels, type KernelOptions } from '../kernels/index.js';
import { loadRecipe, recipeHash, RecipeError, type LoadedRecipe } from '../recipe/index.js';
import { floatLogits, labelledRows, softmaxOf, type TeacherTargets } from '../training/index.js';
import { normalisationFrom, type FloatModel } from './models.js';

/**
 * The recipe of a recipe's teacher: its own network, training, compression and integers, on the pupil's data and features, with the
 * pupil's seed. Undefined where there is none.
 *
 * @throws RecipeError where it has a teacher of its own, or no classes to tell
 */
export async function teacherRecipe({ name, recipe }: LoadedRecipe): Promise<LoadedRecipe | undefined> {
  const { teacher } = recipe.training;
  if (teacher === undefined) return undefined;
  const own = await loadRecipe(teacher.recipe);
  const { head, output } = own.recipe.network;
  const refuse = (why: string) => new RecipeError(`recipe ${name}: training.teacher.recipe: ${own.name} ${why}`);
  if (own.recipe.training.teacher) throw refuse('has a teacher itself; name one without');
  if (head !== 'softmax' || output === 'every') throw refuse('gives no class of a whole recording; name one that does');
  const { data, features, seed } = recipe;
  return { name: own.name, recipe: { ...own.recipe, data, features, seed } };
}

/** The hashes of all recipes that a training follows: its own, and its teacher's, whose file may change behind its name. */
export async function recipeHashes(recipe: LoadedRecipe): Promise<string> {
  const teacher = await teacherRecipe(recipe);
  const all = [recipe, ...(teacher ? [teacher] : [])];
  return (await Promise.all(all.map((own) => recipeHash(own.recipe)))).join(' ');
}

/** What a trained teacher says of all training sequences, softened: softmax(logits / temperature). */
export async function teacherTargets(
  model: FloatModel,
  { train }: Dataset,
  { temperature, weight }: { readonly temperature: number; readonly weight: number },
  kernels: KernelOptions,
): Promise<TeacherTargets> {
  const { classes, head, output } = model.facts.architecture;
  const rows = labelledRows(train, { head, output, size: classes });
  const { architecture } = model.facts;
  const network = { architecture, parameters: model.parameters, normalisation: normalisationFrom(model.facts) };
  const logits = floatLogits(await loadKernels(kernels), network, rows);
  const targets = new Float32Array(train.count * classes);
  const softened = new Float64Array(classes);
  for (let row = 0; row < rows.rows; row++) {
    softmaxOf(logits, row * classes, softened, temperature);
    targets.set(softened, rows.sequences[row] * classes);
  }
  return { targets, temperature, weight };
}
