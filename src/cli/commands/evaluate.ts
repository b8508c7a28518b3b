import { Option, type Command } from 'commander';
import { DataError, type Dataset } from '../../data/index.js';
import {
  bootstrapUnits,
  headShapeOf,
  networkCalibration,
  outputsOfModel,
  readModel,
  validationSplit,
  type Model,
} from '../../pipeline/index.js';
import { soundArithmetics, type Recipe, type SoundArithmetic } from '../../recipe/index.js';
import { mainFigure, metricNames, unitWords, type NetworkCalibration, type UnitKind } from '../../report/index.js';
import {
  decisionsOf,
  groupScores,
  labelledRows,
  mainMetrics,
  scoresOf,
  type ClassScoreWithIntervals,
  type GroupScore,
  type Interval,
  type MainMetric,
  type Outputs,
  type RegressionScore,
  type Scores,
} from '../../training/index.js';
import { checkFits, datasetFor } from '../dataset-of.js';
import { filled, filledPaths, positiveNumber, wholeNumber } from '../options.js';
import { bold, dim, percent, plain, table } from '../terminal.js';
import { evaluateInStreams, type StreamFlags } from './evaluate-stream.js';

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
    .addOption(
      new Option(
        '--arithmetic <name>',
        "what features of sound are computed in: float, or as on a device (integer; default: the model's)",
      ).choices(soundArithmetics),
    )
    .option('--stream', "judge the model's detector in streams: words missed, false accepts an hour")
    .option('--hours <number>', 'with --stream: hours of background noise (default: 10)', positiveNumber)
    .option('--speech-hours <number>', 'with --stream: hours of continuous speech (default: 2)', positiveNumber)
    .option('--recordings <paths...>', 'with --stream: sound files or folders whose events are listed', filledPaths)
    .option('--seed <number>', 'with --stream: of the streams (default: 1)', wholeNumber(0))
    .option('--report <file>', 'with --stream: write a page with the curve of detection errors', filled)
    .option('--json', 'print the figures as JSON')
    .action(async (file: string, flags: StreamFlags & { stream?: boolean; arithmetic?: SoundArithmetic }) => {
      const model = await readModel(file);
      if (flags.stream) {
        if (flags.arithmetic === undefined) return evaluateInStreams(file, model, flags);
        throw new DataError(
          "--arithmetic: streams are heard in the model's own (features.sound.arithmetic); take it out",
        );
      }
      const only = (['hours', 'speechHours', 'recordings', 'seed', 'report'] as const).find(
        (name) => flags[name] !== undefined,
      );
      if (only !== undefined) {
        throw new DataError(`--${only === 'speechHours' ? 'speech-hours' : only} is of streams; add --stream`);
      }
      const { dataset, recipe } = await datasetFor(file, model, flags.data, flags.arithmetic);
      checkFits(model, dataset);
      const figures = await figuresOf(model, dataset, recipe);
      console.log(flags.json ? JSON.stringify(figures, undefined, 2) : told(figures, dataset.classNames));
    });
}

/** Everything that is said of a model on test recordings. */
interface Figures extends Omit<Scores, 'perClass'> {
  readonly kind: Model['kind'];
  readonly data: string;
  readonly recordings: number;
  /** What `test` is; it also stands under this name. */
  readonly metric: MainMetric;
  readonly classes?: readonly (ClassScoreWithIntervals & { readonly name: string })[];
  readonly bootstrap: { readonly by: UnitKind; readonly units: number };
  /** Classes, where the data name persons or devices: those with most mistakes first. */
  readonly groups?: readonly GroupFigures[];
  readonly calibration?: NetworkCalibration;
}

interface GroupFigures {
  readonly group: number;
  readonly rows: number;
  readonly accuracy: number;
  /** Its most frequent mistake. */
  readonly mistake?: { readonly label: string; readonly prediction: string; readonly rows: number };
}

async function figuresOf(model: Model, dataset: Dataset, recipe: Recipe): Promise<Figures> {
  const shape = headShapeOf(model);
  const test = labelledRows(dataset.test, shape);
  const outputs = await outputsOfModel(model, test);
  const { by, units, unitOf } = bootstrapUnits(dataset.test, test.sequences);
  const decisions = decisionsOf(outputs);
  const { perClass, ...scores } = scoresOf(outputs, decisions, unitOf);
  const metric = mainMetrics[shape.head];
  const calibration = shape.head === 'regression' ? undefined : await calibrated(model, dataset, recipe, outputs);
  return {
    kind: model.kind,
    data: dataset.name,
    recordings: dataset.test.count,
    metric,
    [metric]: scores.test,
    ...scores,
    ...(perClass ? { classes: perClass.map((score, k) => ({ name: dataset.classNames[k], ...score })) } : {}),
    bootstrap: { by, units },
    ...(decisions.classes && by === 'group'
      ? { groups: groupFigures(groupScores(outputs.labels, decisions.classes, unitOf), dataset.classNames) }
      : {}),
    ...(calibration ? { calibration } : {}),
  };
}

function groupFigures(scores: readonly GroupScore[], names: readonly string[]): GroupFigures[] {
  return scores.map(({ group, rows, wrong, mistake }) => ({
    ...{ group, rows, accuracy: 1 - wrong / rows },
    ...(mistake
      ? { mistake: { label: names[mistake.label], prediction: names[mistake.prediction], rows: mistake.rows } }
      : {}),
  }));
}

/** Calibration; its temperature is fitted where the validation recordings of the training are at hand. */
async function calibrated(model: Model, dataset: Dataset, recipe: Recipe, test: Outputs) {
  const same = dataset.hash === model.facts.provenance.dataHash && recipe.seed === model.facts.provenance.seed;
  const chosen = same ? validationSplit(recipe, dataset).validation : new Uint32Array();
  const validation = labelledRows(dataset.train, headShapeOf(model), chosen);
  return networkCalibration(test, chosen.length > 0 ? await outputsOfModel(model, validation) : undefined);
}

/** The figures for people. */
function told(figures: Figures, names: readonly string[]): string {
  const { kind, data, recordings, metric, test, interval, bootstrap, calibration } = figures;
  const main = (value: number) => plain(mainFigure(metric, value));
  const ends = (range: Interval | null | undefined, format: (value: number) => string = share) =>
    range ? `${format(range[0])} to ${format(range[1])}` : '-';
  const head =
    metric === 'accuracy'
      ? `${bold(main(test))} of ${recordings} test recordings of ${data} (${kind} network)`
      : `${bold(`${metricNames[metric]} ${main(test)}`)} on ${recordings} test recordings of ${data} (${kind} network)`;
  const { one, many } = unitWords[bootstrap.by];
  const how = interval
    ? `95 % interval ${ends(interval, main)}, by bootstrap over ${bootstrap.units} ${many}`
    : `no interval: the recordings are of one ${one}`;
  return [head, dim(how), '', figures.errors ? valuesTable(figures, names) : classesTable(figures, ends)]
    .concat(figures.groups ? ['', groupsTable(figures.groups)] : [])
    .concat(calibration ? ['', calibrationText(calibration)] : [])
    .join('\n');
}

const share = (value: number | null | undefined) => (typeof value === 'number' ? percent(value) : '-');

function classesTable(
  { classes = [], macroF1, macroF1Interval, balancedAccuracy, exactMatch }: Figures,
  ends: (range: Interval | null | undefined) => string,
): string {
  const rows = classes.map((score) => [
    score.name,
    String(score.recordings),
    share(score.recall),
    ends(score.recallInterval ?? score.f1Interval),
    share(score.precision),
    share(score.f1),
  ]);
  const interval = classes.some((score) => score.recallInterval !== undefined) ? "recall's interval" : "F1's interval";
  const all = [
    `macro F1 ${share(macroF1)} (${ends(macroF1Interval)})`,
    ...(balancedAccuracy === undefined ? [] : [`balanced accuracy ${share(balancedAccuracy)}`]),
    ...(exactMatch === undefined ? [] : [`all labels right ${share(exactMatch)}`]),
  ];
  return `${table([['class', 'recordings', 'recall', interval, 'precision', 'F1'], ...rows])}\n\n${all.join(', ')}`;
}

/** Persons or devices that are shown. */
const mostGroups = 10;

function groupsTable(groups: readonly GroupFigures[]): string {
  const rows = groups
    .slice(0, mostGroups)
    .map(({ group, rows: count, accuracy, mistake }) => [
      ...[String(group), String(count), percent(accuracy)],
      mistake ? `${mistake.label} taken for ${mistake.prediction}, ${mistake.rows}` : '-',
    ]);
  const left = groups.length - mostGroups;
  const { one, many } = unitWords.group;
  const more =
    left > 0 ? `\n${dim(`and ${left} more ${left === 1 ? one : many}, none with more mistakes than these`)}` : '';
  return `${table([[one, 'rows', 'right', 'most frequent mistake'], ...rows])}${more}`;
}

function valuesTable({ errors, perOutput = [] }: Figures, names: readonly string[]): string {
  const number = (value: number | null | undefined) =>
    typeof value === 'number' ? String(Number(value.toPrecision(4))) : '-';
  const row = (name: string, score: RegressionScore | undefined) => [
    name,
    number(score?.r2),
    number(score?.mse),
    number(score?.rmse),
    number(score?.mae),
    number(score?.relativeL2),
  ];
  return table([
    ['output', 'R2', 'MSE', 'RMSE', 'MAE', 'relative L2'],
    ...perOutput.map((score, l) => row(names[l], score)),
    ...(perOutput.length > 1 ? [row('all', errors)] : []),
  ]);
}

function calibrationText({ ece, nll, brier, temperature, after }: NetworkCalibration): string {
  const text = `calibration error ${percent(ece)}, log loss ${nll.toFixed(4)}, Brier score ${brier.toFixed(4)}`;
  if (!after || temperature === null) return text;
  return `${text}\n${dim(`at temperature ${temperature.toFixed(3)}, fitted to the validation recordings: ${percent(after.ece)}, ${after.nll.toFixed(4)}, ${after.brier.toFixed(4)}`)}`;
}
