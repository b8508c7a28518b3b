import { parametersOf, recurrenceOf } from '../../analysis/index.js';
import { singularValues } from '../../math/index.js';
import type { AnalysisMetrics, EpochAnalysis } from '../../report/index.js';
import type { NetworkOnData } from '../../training/index.js';
import { trainModel } from '../train-model.js';
import type { AnalyseOptions } from './options.js';

/** Recordings whose Jacobians are multiplied after an epoch, at most. */
const mostRecordings = 4;

/**
 * Trains a model again, by its recipe, and measures the recurrence after every `every` epochs of the training that made it.
 * The training is the same, bit for bit; where it isn't (another version, fused arithmetic), `sameModel` says so.
 */
export async function measureAlong(
  options: AnalyseOptions & { readonly every: number; readonly test: NetworkOnData },
): Promise<NonNullable<AnalysisMetrics['along']>> {
  const { model, recipe, dataset, workers, backend, every, test } = options;
  const listener = options.listener ?? (() => undefined);
  const recordings = Math.min(mostRecordings, options.recordings);
  listener({ kind: 'step', text: `training again, measured after every ${every === 1 ? 'epoch' : `${every} epochs`}` });
  const phases: { epochs: EpochAnalysis[]; seen: number }[] = [];
  const trained = await trainModel(
    recipe,
    dataset,
    {
      ...{ workers, backend, fma: model.facts.provenance.fma },
      onEpoch: (phase, record, { architecture, parameters: values }) => {
        const own = (phases[phase] ??= { epochs: [], seen: 0 });
        own.seen++;
        if ((own.seen - 1) % every !== 0) return;
        const { loss, validation = null } = record;
        own.epochs.push({
          epoch: own.seen,
          loss,
          validation,
          ...recurrenceAfter(values, { ...test, architecture }, recordings),
        });
      },
    },
    listener,
  );
  const { parameters } = trained.model;
  return {
    sameModel: parameters.every((value, i) => value === model.parameters[i]),
    epochs: phases[phases.length - 1].epochs,
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
  return {
    alpha: parameters.residual?.alpha ?? null,
    beta: parameters.residual?.beta ?? null,
    spectralNorm: singularValues(parameters.U, architecture.hiddenSize, architecture.hiddenSize)[0],
    condition,
    bound,
    firstGradient: gradientNorms[1],
    lastGradient: gradientNorms[gradientNorms.length - 1],
  };
}
