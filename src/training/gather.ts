import type { Normalisation } from '../integer/index.js';
import { drawAugmentation, isAugmented, type Augmentation, type AugmentSettings } from './augment.js';
import type { Architecture } from '../network/index.js';
import { Answers, type AnswerShape, type AnswerTarget } from './answers.js';
import type { LabelledSequences, OutputUnits } from './task.js';

/** Where a batch's inputs go: [steps][rows][stride] of normalised float32, or tokens. */
export interface InputTarget extends AnswerTarget {
  readonly input: Float32Array;
  readonly inputStride: number;
  /** [steps][rows], where the network has an embedding. */
  readonly tokens?: Int32Array | undefined;
  /** [rows] */
  readonly lengths: Int32Array;
}

/** What random changes depend on, beside the row and the epoch. */
export interface ChangeSettings {
  readonly augment: AugmentSettings;
  readonly seed: number;
  /** Physical value of one count of each channel: axes turn in physical units. */
  readonly lsb: Float64Array;
}

/** Normalises rows of the data set into the arena, time-major, as the kernels read them. */
export class Gather {
  private readonly sequences: LabelledSequences;
  private readonly centre: Float64Array;
  private readonly scale: Float64Array;
  private readonly change: ChangeSettings | undefined;
  private readonly augmentation: Augmentation = { matrix: new Float64Array(9), size: 1, shift: 0 };
  private readonly frame: Float64Array;
  private readonly answers: Answers;
  private readonly embedded: boolean;

  /** `change` says how `training` changes sequences at random; without it they stay as they are. */
  constructor(
    sequences: LabelledSequences,
    architecture: AnswerShape & Pick<Architecture, 'vocabulary'>,
    fitted: { readonly normalisation: Normalisation; readonly outputs?: OutputUnits | undefined },
    change?: ChangeSettings,
  ) {
    const { features, channels } = sequences;
    const { normalisation, outputs } = fitted;
    const spread = (values: ArrayLike<number>) =>
      Float64Array.from({ length: features }, (_, d) => values[d % values.length]);
    this.sequences = sequences;
    this.centre = spread(normalisation.centre);
    this.scale = spread(normalisation.scale);
    this.change = change && isAugmented(change.augment) ? change : undefined;
    this.frame = new Float64Array(channels);
    this.answers = new Answers(sequences, architecture, outputs);
    this.embedded = architecture.vocabulary > 0;
  }

  /** Network steps of the longest of the rows. */
  private steps(order: Uint32Array, start: number, end: number): number {
    const { lengths } = this.sequences;
    let most = 0;
    for (let i = start; i < end; i++) most = Math.max(most, lengths[order[i]]);
    return most;
  }

  /** Rows `order[start]` to `order[end - 1]` as they are. Returns the network steps of the longest. */
  plain(target: InputTarget, order: Uint32Array, start: number, end: number): number {
    const steps = this.answer(target, order, start, end);
    if (this.embedded) {
      this.words(target, order, start, end);
      return steps;
    }
    const { features, stepStride, values, starts, lengths } = this.sequences;
    const { centre, scale } = this;
    const { input, inputStride } = target;
    const rows = end - start;
    for (let b = 0; b < rows; b++) {
      const row = order[start + b];
      for (let t = 0; t < lengths[row]; t++) {
        const from = starts[row] + t * stepStride;
        const to = (t * rows + b) * inputStride;
        for (let d = 0; d < features; d++) input[to + d] = (values[from + d] - centre[d]) * scale[d];
      }
    }
    return steps;
  }

  /** The same rows changed at random, as `epoch` has it. Returns the network steps of the longest. */
  training(target: InputTarget, order: Uint32Array, start: number, end: number, epoch: number): number {
    const { change } = this;
    if (!change || this.embedded) return this.plain(target, order, start, end);
    const steps = this.answer(target, order, start, end);
    const { channels, features, stepStride, values, starts, lengths } = this.sequences;
    const { centre, scale, augmentation, frame } = this;
    const { noise } = change.augment;
    const { input, inputStride } = target;
    const [stacked, stride] = [features / channels, stepStride / channels];
    const rows = end - start;
    for (let b = 0; b < rows; b++) {
      const row = order[start + b];
      const random = drawAugmentation(augmentation, change.augment, change.seed, epoch, row);
      const last = (lengths[row] - 1) * stride + stacked - 1;
      for (let t = 0; t < lengths[row]; t++) {
        const to = (t * rows + b) * inputStride;
        for (let k = 0, d = 0; k < stacked; k++) {
          const source = Math.min(last, Math.max(0, t * stride + k - augmentation.shift));
          this.augment(values, starts[row] + source * channels, change.lsb);
          for (let c = 0; c < channels; c++, d++) {
            const value = (frame[c] - centre[d]) * scale[d];
            input[to + d] = noise > 0 ? value + noise * random.normal() : value;
          }
        }
      }
    }
    return steps;
  }

  /** Lengths, and labels or targets. Returns the network steps of the longest row. */
  private answer(target: InputTarget, order: Uint32Array, start: number, end: number): number {
    const rows = end - start;
    const steps = this.steps(order, start, end);
    for (let b = 0; b < rows; b++) {
      target.lengths[b] = this.sequences.lengths[order[start + b]];
      this.answers.write(target, order[start + b], b, rows, steps);
    }
    return steps;
  }

  /** Tokens as they are. */
  private words(target: InputTarget, order: Uint32Array, start: number, end: number): void {
    const { values, starts, lengths, stepStride } = this.sequences;
    const { tokens } = target;
    if (!tokens) throw new Error('an engine without an embedding was given tokens');
    const rows = end - start;
    for (let b = 0; b < rows; b++) {
      const row = order[start + b];
      for (let t = 0; t < lengths[row]; t++) tokens[t * rows + b] = values[starts[row] + t * stepStride];
    }
  }

  /** One frame of the augmented signal, in input units, into `this.frame`. */
  private augment(values: Int16Array, from: number, lsb: Float64Array): void {
    const { frame } = this;
    const { matrix: m, size } = this.augmentation;
    let c = 0;
    for (; c + 2 < frame.length; c += 3) {
      const x = values[from + c] * lsb[c];
      const y = values[from + c + 1] * lsb[c + 1];
      const z = values[from + c + 2] * lsb[c + 2];
      frame[c] = (m[0] * x + m[1] * y + m[2] * z) / lsb[c];
      frame[c + 1] = (m[3] * x + m[4] * y + m[5] * z) / lsb[c + 1];
      frame[c + 2] = (m[6] * x + m[7] * y + m[8] * z) / lsb[c + 2];
    }
    for (; c < frame.length; c++) frame[c] = values[from + c] * size;
  }
}
