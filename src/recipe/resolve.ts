import { parseDocument, type Document } from 'yaml';
import { groups } from './describe.js';
import { RecipeError } from './errors.js';
import { explain } from './messages.js';
import { recipeSchema, type Recipe } from './schema.js';

/**
 * Checks a recipe and fills in the defaults.
 *
 * @param input the object that the YAML holds; null or undefined stand for an empty recipe
 * @param name how messages call the recipe
 * @throws RecipeError with one line for each wrong field
 */
export function resolveRecipe(input: unknown, name: string): Recipe {
  const object = withoutEmptyGroups(input ?? {}, '');
  const result = recipeSchema.safeParse(object);
  const problems = result.success ? conflicts(result.data) : explain(result.error.issues, object);
  if (problems.length > 0) throw new RecipeError(problems.map((problem) => `recipe ${name}: ${problem}`).join('\n'));
  return result.data as Recipe;
}

/**
 * The object that a recipe's YAML text holds, not yet checked.
 *
 * @throws RecipeError with line and column where the text isn't YAML
 */
export function parseRecipe(text: string, name: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    const [what] = document.errors[0].message.split('\n'); // a picture of the place follows
    throw new RecipeError(`recipe ${name}: ${what.replace(/:$/, '')}`);
  }
  return valueOf(document, `recipe ${name}`);
}

/** The value of a YAML document. An alias to nothing, or too many of them, is an error of the text, not of this program. */
export function valueOf(document: Document, where: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new RecipeError(`${where}: ${error.message}`, { cause: error });
  }
}

/** What each field allows but not all of them together. */
function conflicts(recipe: Recipe): string[] {
  const { data, network, training, compression } = recipe;
  const problems: string[] = [];
  if (data.name === 'csv' && data.path === undefined) {
    problems.push('data.path: missing; csv needs the folder of your recordings, as in --set data.path=recordings');
  }
  if (data.name !== 'csv' && data.path !== undefined) {
    problems.push(`data.path: only csv has a path; ${data.name} is looked for in the folder that --data names`);
  }
  if (data.name === 'mnist-rows' && data.merge !== undefined) {
    problems.push('data.merge: mnist-rows has no classes to merge; take the field out');
  }
  if (network.cell === 'FastGRNN' && network.residual !== 'free') {
    problems.push(
      `network.residual: ${network.residual} is for FastRNN; the residual of FastGRNN is its gate, so leave it at free`,
    );
  }
  for (const weight of ['alpha', 'beta'] as const) {
    if (network[weight] === undefined || (network.cell === 'FastRNN' && network.residual === 'fixed')) continue;
    problems.push(
      `network.${weight}: only a FastRNN with a fixed residual has it; set cell and residual, or take it out`,
    );
  }
  const sparse = compression.wSparsity < 1 || compression.uSparsity < 1;
  const [, thresholding, support] = training.epochs;
  if (sparse && thresholding === 0) {
    problems.push(
      'training.epochs: the second stage has no epochs, but a sparsity below 1 is reached there; give all three, as in [100, 100, 100]',
    );
  }
  if (training.earlyStopping && data.validation === 0 && thresholding + support > 0) {
    problems.push(
      'training.earlyStopping: needs validation data; set data.validation above 0 or earlyStopping to false',
    );
  }
  return problems;
}

/** A group without any field under it is null in YAML; it means that all is left at the defaults. */
function withoutEmptyGroups(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]): [string, unknown, string] => [name, inner, path === '' ? name : `${path}.${name}`])
      .filter(([, inner, at]) => inner !== null || !groups.has(at))
      .map(([name, inner, at]) => [name, groups.has(at) ? withoutEmptyGroups(inner, at) : inner]),
  );
}
