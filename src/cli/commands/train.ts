import type { Command } from 'commander';
import { trainRecipe } from '../../pipeline/index.js';
import { stageMetrics } from '../../report/index.js';
import { recipeOptions, type RecipeFlags } from '../options.js';
import { duration, progressListener, score, table } from '../terminal.js';

export function addTrain(program: Command): void {
  recipeOptions(
    program
      .command('train')
      .summary('train a float network only')
      .description(
        "Trains a recipe's float network into model.safetensors. A training that was stopped goes on where it was.",
      ),
  ).action(async (recipe: string, flags: RecipeFlags) => {
    const { folder, trained } = await trainRecipe({
      ...flags,
      recipe,
      sets: flags.set,
      dataDirectory: flags.data,
      listener: progressListener(),
    });
    const [selection] = trained.phases;
    const seconds = trained.phases.reduce((sum, phase) => sum + phase.seconds, 0);
    const stages = stageMetrics(trained.stages, selection.history, selection.chosenEpochs);
    const validation = stages.at(-1)?.validation ?? null;
    if (flags.json) {
      console.log(
        JSON.stringify(
          { folder, model: `${folder}/model.safetensors`, seconds, validation, phases: trained.phases },
          undefined,
          2,
        ),
      );
    } else {
      const rows = [
        ['model', `${folder}/model.safetensors`],
        ['training', duration(seconds)],
      ];
      if (validation !== null) rows.push(['validation', score(trained.model.facts.architecture.head, validation)]);
      console.log(table(rows));
    }
  });
}
