import { lsbFor } from '../../data/index.js';
import type { Normalisation } from '../../integer/index.js';
import { ImportError } from './errors.js';
import type { ForeignTensor } from './foreign.js';

/** How far from their mean recordings are expected to lie, in deviations, where an input unit is chosen without data. */
const expectedDeviations = 4;

export interface InputUnits {
  readonly kind: 'channel' | 'global' | 'none';
  readonly normalisation: Normalisation;
  /** [channels], the physical value of one count. */
  readonly lsb: Float64Array;
  /**
   * What the rounded centre leaves of each normalised input: normalised = (count - centre) * scale + rest. [D]; it goes into
   * the biases, so that nothing is lost.
   */
  readonly rest: Float64Array;
  readonly decisions: readonly string[];
}

export interface NormalisationSource {
  readonly mean: ForeignTensor | undefined;
  readonly std: ForeignTensor | undefined;
  /** D: values that one network step reads. */
  readonly inputSize: number;
  /** Values of one frame; fewer than D where a step stacks frames. */
  readonly channels: number;
  /** [1] or [channels]; chosen where undefined. */
  readonly lsb: readonly number[] | undefined;
  /** Where lsb comes from, for the decision. */
  readonly lsbFrom: string;
  /** Takes one mean and deviation over the steps of those that differ from step to step. */
  readonly overSteps: boolean;
}

/**
 * The int16 input units and the normalisation (count - centre) * scale that stands for (value - mean) / std.
 *
 * @throws ImportError where mean and std fit no channels, differ from step to step, or fit no int16
 */
export function inputUnits(source: NormalisationSource): InputUnits {
  const { channels, inputSize } = source;
  const { mean, std, decisions } = meanAndDeviation(source);
  const kind = mean === undefined ? 'none' : mean.length === 1 ? 'global' : 'channel';
  const of = (values: Float64Array | undefined, c: number, otherwise: number) =>
    values === undefined ? otherwise : values[values.length === 1 ? 0 : c];
  const lsb = source.lsb
    ? Float64Array.from({ length: channels }, (_, c) => source.lsb![source.lsb!.length === 1 ? 0 : c])
    : Float64Array.from({ length: channels }, (_, c) =>
        lsbFor(Math.abs(of(mean, c, 0)) + expectedDeviations * of(std, c, 1)),
      );
  if (kind === 'global' && lsb.some((value) => value !== lsb[0])) {
    throw new ImportError('one mean and deviation for all channels need one --lsb for all');
  }
  const groups = kind === 'global' ? 1 : channels;
  const centre = new Int16Array(groups);
  const scale = new Float64Array(groups);
  const left = new Float64Array(groups);
  for (let c = 0; c < groups; c++) {
    const counts = Math.round(of(mean, c, 0) / lsb[c]);
    if (Math.abs(counts) > 32767) {
      throw new ImportError(
        `channel ${c}: its mean ${of(mean, c, 0)} is ${counts} counts of ${lsb[c]}, beyond int16; give a larger --lsb`,
      );
    }
    centre[c] = counts;
    scale[c] = lsb[c] / of(std, c, 1);
    left[c] = (counts * lsb[c] - of(mean, c, 0)) / of(std, c, 1);
  }
  const chosen = source.lsb
    ? source.lsbFrom
    : `chosen so that int16 holds twice the mean and ${expectedDeviations} deviations`;
  return {
    kind,
    normalisation: { centre, scale },
    lsb,
    rest: Float64Array.from({ length: inputSize }, (_, d) => left[groups === 1 ? 0 : d % channels]),
    decisions: [...decisions, `one input count is ${amounts(lsb)}: ${chosen}`],
  };
}

/** Tokens are counts of 1 that nothing normalises; D is the size of their embedding. */
export function tokenUnits(inputSize: number): InputUnits {
  return {
    kind: 'none',
    normalisation: { centre: Int16Array.of(0), scale: Float64Array.of(1) },
    lsb: Float64Array.of(1),
    rest: new Float64Array(inputSize),
    decisions: [],
  };
}

function meanAndDeviation(source: NormalisationSource): {
  mean: Float64Array | undefined;
  std: Float64Array | undefined;
  decisions: string[];
} {
  const { channels } = source;
  if (!source.mean || !source.std) {
    return {
      mean: undefined,
      std: undefined,
      decisions: ['no mean and std beside the weights: inputs enter the network as they are'],
    };
  }
  const { mean, std } = { mean: source.mean, std: source.std };
  const shown = `${mean.name} [${mean.shape.join(', ')}] and ${std.name} [${std.shape.join(', ')}]`;
  const zero = std.data.findIndex((value) => value <= 0);
  if (zero >= 0) {
    throw new ImportError(
      `${std.name} is ${std.data[zero]} at entry ${zero}; a deviation is above 0: put 1 for channels that never change`,
    );
  }
  const size = mean.data.length;
  if (size === std.data.length && (size === 1 || size === channels)) {
    return { mean: mean.data, std: std.data, decisions: [`inputs are normalised by ${shown}`] };
  }
  if (size !== std.data.length || size % channels !== 0) {
    throw new ImportError(`${shown}: there must be 1 or ${channels} of each, as many as channels`);
  }
  const steps = size / channels;
  const pooled = poolSteps(mean.data, std.data, channels);
  if (!pooled.differ)
    return {
      mean: pooled.mean,
      std: pooled.std,
      decisions: [`inputs are normalised by ${shown}, the same at all ${steps} steps`],
    };
  if (!source.overSteps) {
    throw new ImportError(
      `${shown}: each of ${steps} steps has its own, but a device that streams knows no step numbers; --normalise-over-steps takes one mean and deviation of all steps (the outputs change a little), or train again with one for each channel`,
    );
  }
  return {
    mean: pooled.mean,
    std: pooled.std,
    decisions: [
      `inputs are normalised by ${shown}, taken together over ${steps} steps, which changes the outputs: as --normalise-over-steps says`,
    ],
  };
}

/** Mean and deviation of each channel over all steps, of [steps][channels]. */
function poolSteps(mean: Float64Array, std: Float64Array, channels: number) {
  const steps = mean.length / channels;
  const out = { mean: new Float64Array(channels), std: new Float64Array(channels), differ: false };
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let t = 0; t < steps; t++) sum += mean[t * channels + c];
    out.mean[c] = sum / steps;
    let squares = 0;
    for (let t = 0; t < steps; t++) {
      const at = t * channels + c;
      out.differ ||= mean[at] !== mean[c] || std[at] !== std[c];
      squares += std[at] * std[at] + (mean[at] - out.mean[c]) * (mean[at] - out.mean[c]);
    }
    out.std[c] = Math.sqrt(squares / steps);
  }
  return out.differ ? out : { mean: mean.slice(0, channels), std: std.slice(0, channels), differ: false };
}

function amounts(lsb: Float64Array): string {
  return lsb.every((value) => value === lsb[0]) ? String(lsb[0]) : [...lsb].join(', ');
}
