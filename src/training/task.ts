import type { Int16Sequences, Normalisation, Storage } from '../integer/index.js';
import type { Architecture } from '../network/index.js';
import type { Recipe } from '../recipe/index.js';

/** One of the paper's three stages (section 3.2.1), or a fourth one with rounded weights. */
export interface Stage {
  readonly name: 'dense' | 'thresholding' | 'fixed support' | 'rounded weights';
  /** The stage's part of the learning rate schedule. */
  readonly epochs: number;
  /** How many of them to run: all, or fewer where a validation chose an earlier epoch. */
  readonly stopAfter: number;
}

/** Labelled sequences in int16, as `data` delivers them. */
export interface LabelledSequences extends Int16Sequences {
  /** [count], 0 to classes - 1 */
  readonly labels: Int32Array;
  /** A class for each frame of `values`, -1 for none. */
  readonly frameLabels?: Int32Array | undefined;
  /** [count][outputs], for sigmoid and regression heads. */
  readonly targets?: Float32Array | undefined;
  /** [frames][outputs]; NaN for none. */
  readonly frameTargets?: Float32Array | undefined;
}

/** The units of a regression's outputs, [L] each: value = centre + scale * logit. */
export interface OutputUnits {
  readonly centre: readonly number[];
  readonly scale: readonly number[];
}

/** What a teacher says of sequences. */
export interface TeacherTargets {
  /** [count][classes]: softmax(logits / temperature). */
  readonly targets: Float32Array;
  readonly temperature: number;
  /** The share of the loss that compares with them. */
  readonly weight: number;
}

/** Everything that decides a trained network, as plain data that can be posted to a worker. */
export interface TrainingTask {
  readonly architecture: Architecture;
  readonly training: Recipe['training'];
  readonly compression: Recipe['compression'];
  readonly seed: number;
  readonly sequences: LabelledSequences;
  readonly trainRows: Uint32Array;
  /** May be empty: then the last epoch of each stage counts. */
  readonly validationRows: Uint32Array;
  readonly normalisation: Normalisation;
  /** The units of a regression's outputs. */
  readonly outputs?: OutputUnits | undefined;
  /** Physical value of one count of each channel: rotations of sensor axes need it. */
  readonly lsb: Float64Array;
  readonly stages: readonly Stage[];
  /** Classes of the wake words: of a network that is to listen to a stream. */
  readonly wake?: readonly number[] | undefined;
  /** What a larger network says of the sequences, which is learnt beside their labels. */
  readonly teacher?: TeacherTargets;
  /** Training rows of the class that `training.augment.background` names. */
  readonly noiseRows?: Uint32Array;
  /** Bits of the weights that the stage `rounded weights` trains with. */
  readonly weightBits: Storage['weightBits'];
}

/** What one epoch gave. */
export interface EpochRecord {
  readonly stage: number;
  /** 1 for the first of its stage. */
  readonly epoch: number;
  /** Mean loss over the training rows. */
  readonly loss: number;
  readonly learningRate: number;
  /** Accuracy on the validation rows, where there are any. */
  readonly validation?: number;
  readonly validationLoss?: number;
  /** Batches left out because their gradient was not finite. */
  readonly skipped: number;
  /** How often the learning rate had been halved by then, each time since an epoch was lost: run again from its beginning. */
  readonly halvings?: number;
}

/** The stages of a recipe's `epochs` and `roundedEpochs`, empty ones left out. */
export function stagesOf(epochs: readonly [number, number, number], roundedEpochs = 0): Stage[] {
  const names = ['dense', 'thresholding', 'fixed support', 'rounded weights'] as const;
  const all = [...epochs, roundedEpochs];
  return names.map((name, i) => ({ name, epochs: all[i], stopAfter: all[i] })).filter((stage) => stage.epochs > 0);
}

/** A training that can't go on, or a state that doesn't belong to it. */
export class TrainingError extends Error {
  override name = 'TrainingError';
}
