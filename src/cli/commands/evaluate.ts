import path from 'node:path';
import { kindOf } from '#platform';
import type { Command } from 'commander';
import { DataError, loadDataset, type Dataset } from '../../data/index.js';
import { agreement, predictInteger } from '../../integer/index.js';
import { loadKernels } from '../../kernels/index.js';
import { normalisationFrom, readModel, type Model } from '../../pipeline/index.js';
import { loadRecipe } from '../../recipe/index.js';
import { classScores, confusionMatrix, evaluateFloat, macroF1 } from '../../training/index.js';
import { filled } from '../options.js';
import { bold, percent, table } from '../terminal.js';

export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .summary('accuracy of a model on test recordings')
    .description("Runs a float or integer model over a data set's test recordings.")
    .argument('<model>', 'a model file', filled)
    .option(
      '--data <folder|recipe>',
      'the folder of data sets, for a model of a folder the folder of recordings, or a recipe that names one (default: the recipe of the model)',
      filled,
    )
    .option('--json', 'print the figures as JSON')
    .action(async (file: string, flags: { data?: string; json?: boolean }) => {
      const model = await readModel(file);
      const dataset = await datasetFor(file, model, flags.data);
      checkFits(model, dataset);
      const { test, classNames } = dataset;
      const predictions = await predict(model, dataset);
      const accuracy = agreement(predictions, test.labels);
      const scores = classScores(confusionMatrix(test.labels, predictions, classNames.length));
      const figures = {
        kind: model.kind,
        data: dataset.name,
        recordings: test.count,
        accuracy,
        macroF1: macroF1(scores),
        classes: scores.map((score, i) => ({ name: classNames[i], ...score })),
      };
      if (flags.json) return console.log(JSON.stringify(figures, undefined, 2));
      const share = (value: number | null) => (value === null ? '-' : percent(value));
      console.log(
        `${bold(percent(accuracy))} of ${test.count} test recordings of ${dataset.name} (${model.kind} network)\n\n${table(
          [
            ['class', 'recordings', 'recall', 'precision', 'F1'],
            ...scores.map((s, i) => [
              classNames[i],
              String(s.recordings),
              share(s.recall),
              share(s.precision),
              share(s.f1),
            ]),
          ],
        )}`,
      );
    });
}

/** The data set of a recipe: the one that `--data` names, else the one beside the model, else the one it was trained with. */
async function datasetFor(file: string, model: Model, data: string | undefined): Promise<Dataset> {
  const isFolder = data !== undefined && (await kindOf(data)) === 'directory';
  const beside = path.join(path.dirname(file), 'recipe.yaml');
  const own = (await kindOf(beside)) === 'file' ? beside : model.facts.provenance.recipe;
  const { recipe } = await loadRecipe(data !== undefined && !isFolder ? data : own);
  if (!isFolder) return loadDataset(recipe.data);
  if (recipe.data.name !== 'folder') return loadDataset(recipe.data, { dataDirectory: data });
  // Other recordings than those of the training: rounded to the counts that the model knows.
  const lsb = [...model.facts.input.lsb];
  return loadDataset({ ...recipe.data, path: data, input: { lsb } });
}

function checkFits({ facts }: Model, { test, classNames, channelNames, lsb }: Dataset): void {
  const { architecture, input } = facts;
  if (test.features !== architecture.inputSize || classNames.length !== architecture.classes) {
    throw new DataError(
      `the data have ${test.features} channels and ${classNames.length} classes, the model takes ${architecture.inputSize} and ${architecture.classes}: name the recipe it was trained with by --data`,
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

async function predict(model: Model, { test }: Dataset): Promise<Int32Array> {
  if (model.kind === 'integer') return predictInteger(model.network, test);
  const { architecture } = model.facts;
  return evaluateFloat(await loadKernels(), architecture, model.parameters, normalisationFrom(model.facts), test)
    .predictions;
}
