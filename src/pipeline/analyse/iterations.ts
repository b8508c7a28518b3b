import type { Iterations } from '../../analysis/index.js';
import { batchesFor } from '../../training/index.js';
import { loadCheckpoint } from '../checkpoint.js';
import { trainingIdentity } from '../train-model.js';
import type { AnalyseOptions } from './options.js';

/**
 * M of Theorem 3.1: the optimiser's steps that led to the model's weights. Stages end where validation chose, which the training's
 * checkpoint beside the model tells; without it (or with a teacher's, which is of another recipe too) M is what the recipe plans.
 *
 * @param recordings those that made the model
 * @param trainings how many trainings the recipe asks for; the last one made the model
 */
export async function iterationsOf(
  { model, recipe, file }: Pick<AnalyseOptions, 'model' | 'recipe' | 'file'>,
  recordings: number,
  trainings: number,
): Promise<Iterations> {
  const { epochs, roundedEpochs = 0, batchSize, optimiser } = recipe.recipe.training;
  const batches = batchesFor(recordings, batchSize);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  // Algorithm 1 draws its iterate from M of them, and the theorem is of that M.
  if (optimiser === 'rsg') return { count: epochs[0] * batches, are: 'drawn from' };
  const checkpoint = await loadCheckpoint(
    `${file.replace(/[^/\\]*$/, '')}checkpoint.safetensors`,
    trainingIdentity(model.facts.provenance),
  );
  if (checkpoint?.finished.length === trainings) {
    return { count: sum(checkpoint.finished[trainings - 1].chosenEpochs) * batches, are: 'taken' };
  }
  return { count: sum([...epochs, roundedEpochs]) * batches, are: 'planned' };
}
