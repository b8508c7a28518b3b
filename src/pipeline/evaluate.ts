import type { Dataset, Sequences } from '../data/index.js';
import { loadKernels, type KernelOptions } from '../kernels/index.js';
import type {
  CalibrationMetrics,
  Metrics,
  NetworkCalibration,
  UnitKind,
  ValuePairs,
  WorstView,
} from '../report/index.js';
import {
  agreementOf,
  bootstrapDraws,
  bootstrapLevel,
  calibrationOf,
  decisionsOf,
  fitTemperature,
  floatLogits,
  integerLogits,
  labelledRows,
  mainMetrics,
  outputsOf,
  predictBaselines,
  scoresOf,
  someRows,
  type HeadShape,
  type LabelledRows,
  type Outputs,
} from '../training/index.js';
import { normalisationFrom, type FloatModel, type IntegerModel, type Model } from './models.js';
import { valuePairs, worstViews } from './worst.js';

/** What the head of a model is asked. */
export function headShapeOf({ facts }: Model): HeadShape {
  const { head, output, classes: size } = facts.architecture;
  return { head, output, size };
}

/** What a float or integer model says of rows. The kernels are those of a float model. */
export async function outputsOfModel(model: Model, rows: LabelledRows, kernels: KernelOptions = {}): Promise<Outputs> {
  if (model.kind === 'integer') return outputsOf(rows, integerLogits(model.network, rows), model.facts.outputs);
  const { facts, parameters } = model;
  const network = { architecture: facts.architecture, parameters, normalisation: normalisationFrom(facts) };
  return outputsOf(rows, floatLogits(await loadKernels(kernels), network, rows), facts.outputs);
}

/** What a bootstrap draws as a whole: the row's person or device where there are two or more, else its recording, else its sequence. */
export function bootstrapUnits(
  { groups, recordings }: Pick<Sequences, 'groups' | 'recordings'>,
  sequences: Uint32Array,
): { by: UnitKind; units: number; unitOf: Int32Array } {
  const candidates = [
    ['group', groups],
    ['recording', recordings],
  ] as const;
  for (const [by, keys] of candidates) {
    if (keys === undefined) continue;
    const unitOf = Int32Array.from(sequences, (sequence) => keys[sequence]);
    const units = new Set(unitOf).size;
    if (units >= 2) return { by, units, unitOf };
  }
  const unitOf = Int32Array.from(sequences);
  return { by: 'sequence', units: new Set(unitOf).size, unitOf };
}

/** Validation rows that a temperature, a single number, is fitted to at most. */
const mostForTemperature = 2000;

export interface EvaluationTask {
  readonly model: FloatModel;
  readonly converted: IntegerModel;
  readonly dataset: Dataset;
  /** Rows of `dataset.train`: those trained on while validating, and those validated on. */
  readonly split: { readonly train: Uint32Array; readonly validation: Uint32Array };
  /** Whether the network was trained again on both. */
  readonly retrained: boolean;
}

export interface Evaluation {
  readonly float: Outputs;
  readonly integer: Outputs;
  readonly metrics: Pick<Metrics, 'float' | 'integer' | 'bootstrap' | 'calibration' | 'baselines' | 'worst'>;
  /** The worst sequences with their signals. */
  readonly worst: readonly WorstView[];
  /** Regression: what was to come out, and what came out. */
  readonly values: readonly ValuePairs[] | undefined;
}

/** Everything that a run says of how good its networks are, on the test part of a data set. */
export async function evaluateNetworks(task: EvaluationTask): Promise<Evaluation> {
  const { model, converted, dataset, split } = task;
  const shape = headShapeOf(model);
  const test = labelledRows(dataset.test, shape);
  const { by, units, unitOf } = bootstrapUnits(dataset.test, test.sequences);
  const float = await outputsOfModel(model, test);
  const integer = await outputsOfModel(converted, test);
  const validation = labelledRows(dataset.train, shape, split.validation);
  const some = someRows(validation, mostForTemperature);
  const worst = worstViews(integer, dataset, shape);
  return {
    float,
    integer,
    worst,
    values: shape.head === 'regression' ? valuePairs(integer, dataset.classNames) : undefined,
    metrics: {
      float: { metric: mainMetrics[shape.head], ...scoresOf(float, decisionsOf(float), unitOf) },
      integer: { agreement: agreementOf(integer, float), ...scoresOf(integer, decisionsOf(integer), unitOf) },
      bootstrap: { by, units, draws: bootstrapDraws, level: bootstrapLevel },
      ...(shape.head === 'regression' ? {} : await calibrationMetrics(task, { float, integer }, some)),
      baselines: baselineMetrics(task, validation, test, unitOf),
      worst: worst.map(({ sequence, group, truth, predicted, confidence, loss }) => ({
        sequence,
        ...(group === undefined ? {} : { group }),
        truth,
        predicted,
        confidence,
        loss,
      })),
    },
  };
}

async function calibrationMetrics(
  { model, converted, retrained }: EvaluationTask,
  test: { readonly float: Outputs; readonly integer: Outputs },
  validation: LabelledRows,
): Promise<{ calibration?: CalibrationMetrics }> {
  const float = networkCalibration(test.float, await outputsOfModel(model, validation));
  const integer = networkCalibration(test.integer, await outputsOfModel(converted, validation));
  if (!float || !integer) return {};
  return {
    calibration: { fittedOn: validation.rows, trainedOnThem: retrained && validation.rows > 0, float, integer },
  };
}

/** Calibration on the test outputs, before and after the temperature that suits the validation outputs. */
export function networkCalibration(test: Outputs, validation: Outputs | undefined): NetworkCalibration | undefined {
  const before = calibrationOf(test);
  if (!before) return undefined;
  const temperature = validation && fitTemperature(validation);
  const after = temperature === undefined ? undefined : calibrationOf(test, temperature);
  return { ...before, temperature: temperature ?? null, after: after ?? null };
}

function baselineMetrics(
  { model, dataset, split, retrained }: EvaluationTask,
  validation: LabelledRows,
  test: LabelledRows,
  unitOf: Int32Array,
): NonNullable<Metrics['baselines']> {
  const shape = headShapeOf(model);
  const train = labelledRows(dataset.train, shape, split.train);
  const both = Uint32Array.from([...split.train, ...split.validation]).sort();
  const all = retrained ? labelledRows(dataset.train, shape, both) : train;
  const tokens = model.facts.architecture.vocabulary;
  return predictBaselines({ train, validation, all, test, tokens }).map(({ name, note, ...decisions }) => {
    const { confusion, perClass, perOutput, ...scores } = scoresOf(test, decisions, unitOf);
    void [confusion, perClass, perOutput]; // said of networks alone
    return { name, note, ...scores };
  });
}
