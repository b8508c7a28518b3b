import { parametersOf, recurrenceOf, scalarsOf } from '../../analysis/index.js';
import { singularValues } from '../../math/index.js';
import type { AnalysisMetrics, EpochAnalysis } from '../../report/index.js';
import type { EpochRecord, NetworkOnData } from '../../training/index.js';
import { trainModel, type TrainedNetwork } from '../train-model.js';
import type { AnalyseOptions } from './options.js';

/** Recordings whose Jacobians are multiplied after an epoch, at most. */
const mostRecordings = 4;

/**
 * Trains a model again, by its recipe, and measures the recurrence after every `every` epochs of the training that made it and
 * after its last, so that the model itself is always among them; loss and validation are those of the weights that are measured.
 * The training is the same, bit for bit; where it isn't (another version, fused arithmetic), `sameModel` says so.
 */
export async function measureAlong(
  options: AnalyseOptions & { readonly every: number; readonly test: NetworkOnData },
): Promise<NonNullable<AnalysisMetrics['along']>> {
  const { model, recipe, dataset, workers, backend, every, test } = options;
  const listener = options.listener ?? (() => undefined);
  const recordings = Math.min(mostRecordings, options.recordings);
  listener({ kind: 'step', text: `training again, measured after every ${every === 1 ? 'epoch' : `${every} epochs`}` });
  const phases: { epochs: EpochAnalysis[]; seen: number; last: EpochRecord }[] = [];
  const measured = (epoch: number, record: EpochRecord, network: TrainedNetwork): EpochAnalysis => ({
    ...{ epoch, loss: record.loss, validation: record.validation ?? null },
    ...recurrenceAfter(network.parameters, { ...test, architecture: network.architecture }, recordings),
  });
  const trained = await trainModel(
    recipe,
    dataset,
    {
      ...{ workers, backend, fma: model.facts.provenance.fma },
      onEpoch: (phase, record, network) => {
        const own = (phases[phase] ??= { epochs: [], seen: 0, last: record });
        own.seen++;
        own.last = record;
        if (own.seen % every === 0) own.epochs.push(measured(own.seen, record, network));
      },
    },
    listener,
  );
  const { parameters, facts } = trained.model;
  const { epochs, seen, last } = phases[phases.length - 1];
  if (seen % every !== 0) epochs.push(measured(seen, last, { architecture: facts.architecture, parameters }));
  return {
    sameModel: parameters.every((value, i) => value === model.parameters[i]),
    epochs,
  };
}

function recurrenceAfter(
  values: Float32Array,
  test: NetworkOnData,
  recordings: number,
): Omit<EpochAnalysis, 'epoch' | 'loss' | 'validation'> {
  const { architecture } = test;
  const parameters = parametersOf(architecture, values);
  const { conditions, gradientNorms } = recurrenceOf(parameters, test, recordings);
  const { condition, bound } = conditions[conditions.length - 1];
  const { alpha = null, beta = null, zeta = null, nu = null } = scalarsOf(parameters, test.sequences.steps);
  return {
    ...{ alpha, beta, zeta, nu },
    spectralNorm: singularValues(parameters.U, architecture.hiddenSize, architecture.hiddenSize)[0],
    condition,
    bound,
    firstGradient: gradientNorms[1],
    lastGradient: gradientNorms[gradientNorms.length - 1],
  };
}
