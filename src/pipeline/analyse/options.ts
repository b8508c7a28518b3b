import type { Dataset } from '../../data/index.js';
import type { LoadedRecipe } from '../../recipe/index.js';
import type { FloatModel } from '../models.js';
import type { RunOptions } from '../open.js';

/** What an analysis is of, and what of it is asked for. */
export interface AnalyseOptions extends Pick<RunOptions, 'workers' | 'backend' | 'listener' | 'dataDirectory'> {
  /** The model's file, as the results call it. */
  readonly file: string;
  readonly model: FloatModel;
  /** What it was trained with, and its data in the steps that it reads. */
  readonly recipe: LoadedRecipe;
  readonly dataset: Dataset;
  /** Where `analysis.json`, `analysis.html` and further trainings go. */
  readonly folder: string;
  /** Test recordings of which Jacobians are multiplied. */
  readonly recordings: number;
  /** Trains the model again and measures after every so many epochs. */
  readonly along?: number | undefined;
  /** Trains FastRNN on the same recordings in so many steps; `halves`: a half, a quarter, an eighth … as many. */
  readonly lengths?: readonly number[] | 'halves' | undefined;
  /** Trains FastRNN with each of these alphas, which stay. */
  readonly alphas?: readonly number[] | undefined;
  /** Of the further trainings. */
  readonly seeds: number;
}
