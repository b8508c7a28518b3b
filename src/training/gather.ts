import type { Normalisation } from '../integer/index.js';
import { drawAugmentation, isAugmented, type Augmentation, type AugmentSettings } from './augment.js';
import type { LabelledSequences } from './task.js';

/** Where a batch's inputs go: [steps][rows][stride] of normalised float32. */
export interface InputTarget {
  readonly input: Float32Array;
  readonly inputStride: number;
  readonly labels: Int32Array;
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
  private readonly step: Float64Array;

  /** `change` says how `training` changes sequences at random; without it they stay as they are. */
  constructor(sequences: LabelledSequences, normalisation: Normalisation, change?: ChangeSettings) {
    const { features } = sequences;
    const spread = (values: ArrayLike<number>) =>
      Float64Array.from({ length: features }, (_, d) => values[values.length > 1 ? d : 0]);
    this.sequences = sequences;
    this.centre = spread(normalisation.centre);
    this.scale = spread(normalisation.scale);
    this.change = change && isAugmented(change.augment) ? change : undefined;
    this.step = new Float64Array(features);
  }

  /** Rows `order[start]` to `order[end - 1]` as they are. */
  plain(target: InputTarget, order: Uint32Array, start: number, end: number): void {
    const { steps, features, values, labels } = this.sequences;
    const { centre, scale } = this;
    const { input, inputStride } = target;
    const rows = end - start;
    for (let b = 0; b < rows; b++) {
      const row = order[start + b];
      let from = row * steps * features;
      for (let t = 0; t < steps; t++) {
        const to = (t * rows + b) * inputStride;
        for (let d = 0; d < features; d++) input[to + d] = (values[from++] - centre[d]) * scale[d];
      }
      target.labels[b] = labels[row];
    }
  }

  /** The same rows changed at random, as `epoch` has it. */
  training(target: InputTarget, order: Uint32Array, start: number, end: number, epoch: number): void {
    const { change } = this;
    if (!change) return this.plain(target, order, start, end);
    const { steps, features, values, labels } = this.sequences;
    const { centre, scale, augmentation, step } = this;
    const { noise } = change.augment;
    const { input, inputStride } = target;
    const rows = end - start;
    for (let b = 0; b < rows; b++) {
      const row = order[start + b];
      const random = drawAugmentation(augmentation, change.augment, change.seed, epoch, row);
      for (let t = 0; t < steps; t++) {
        const source = Math.min(steps - 1, Math.max(0, t - augmentation.shift));
        this.augment(values, (row * steps + source) * features, change.lsb);
        const to = (t * rows + b) * inputStride;
        for (let d = 0; d < features; d++) {
          const value = (step[d] - centre[d]) * scale[d];
          input[to + d] = noise > 0 ? value + noise * random.normal() : value;
        }
      }
      target.labels[b] = labels[row];
    }
  }

  /** One step of the augmented signal, in input units, into `this.step`. */
  private augment(values: Int16Array, from: number, lsb: Float64Array): void {
    const { step } = this;
    const { matrix: m, size } = this.augmentation;
    const { features } = this.sequences;
    let d = 0;
    for (; d + 2 < features; d += 3) {
      const x = values[from + d] * lsb[d];
      const y = values[from + d + 1] * lsb[d + 1];
      const z = values[from + d + 2] * lsb[d + 2];
      step[d] = (m[0] * x + m[1] * y + m[2] * z) / lsb[d];
      step[d + 1] = (m[3] * x + m[4] * y + m[5] * z) / lsb[d + 1];
      step[d + 2] = (m[6] * x + m[7] * y + m[8] * z) / lsb[d + 2];
    }
    for (; d < features; d++) step[d] = values[from + d] * size;
  }
}
