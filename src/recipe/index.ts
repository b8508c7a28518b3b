export { boardNames, type BoardName } from './boards.js';
export { canonicalJson } from './canonical.js';
export { recipeFields } from './describe.js';
export { describeSound } from './describe-sound.js';
export { RecipeError } from './errors.js';
export { loadRecipe, shippedRecipes, type LoadedRecipe } from './load.js';
export { nearest } from './nearest.js';
export { parseRecipe, resolveRecipe } from './resolve.js';
export type { Recipe, RecipeField } from './schema.js';
export { soundChange } from './training-conflicts.js';
export { recipeHash, serialise } from './serialise.js';
export { applySet } from './set.js';
export {
  filterCorners,
  integerSoundProblems,
  paperSound,
  recipeSound,
  soundArithmetics,
  soundKinds,
  soundLengths,
  soundSettings,
  windowShapes,
  type CepstrumSettings,
  type FilterCorners,
  type PcenSettings,
  type RecipeSound,
  type SoundArithmetic,
  type SoundKind,
  type SoundOptions,
  type SoundSettings,
  type WindowShape,
} from './sound.js';
