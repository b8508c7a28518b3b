/** A recipe that can't be used. The message names the recipe, the field, the value and what is allowed. */
export class RecipeError extends Error {
  override name = 'RecipeError';
}
