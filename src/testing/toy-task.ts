import { equalSequences } from '../integer/index.js';
import { Random } from '../math/index.js';
import { plainHead, type Architecture } from '../network/index.js';
import { resolveRecipe } from '../recipe/index.js';
import { stagesOf, type LabelledSequences, type TrainingTask } from '../training/index.js';

/** What to change of `toyTask`. */
export interface ToyOptions {
  readonly rows?: number;
  readonly validationRows?: number;
  readonly seed?: number;
  readonly epochs?: readonly [number, number, number];
  /** Fields of the recipe's groups. */
  readonly training?: Readonly<Record<string, unknown>>;
  readonly compression?: Readonly<Record<string, unknown>>;
  readonly integer?: Readonly<Record<string, unknown>>;
  readonly network?: Partial<Architecture>;
  /** How far the classes lie apart, in deviations of the noise within them. */
  readonly separation?: number;
}

/**
 * Three classes, six steps of three channels: from the third step on the channel of the class is high, the others are low,
 * under normal noise.
 */
export function toySequences(rows: number, separation = 6, seed = 7): LabelledSequences {
  const random = new Random(seed);
  const [steps, features] = [6, 3];
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 3);
  const values = Int16Array.from({ length: rows * steps * features }, (_, i) => {
    const row = Math.floor(i / (steps * features));
    const step = Math.floor(i / features) % steps;
    const signal = step < 2 ? 0 : i % features === labels[row] ? 1 : -1;
    return Math.round(100 * (0.5 * separation * signal + random.normal()));
  });
  return { ...equalSequences(values, { count: rows, steps, channels: features }), labels };
}

/** A training task that takes milliseconds: `toySequences`, a network of 6 hidden units in low rank. The last rows validate. */
export function toyTask(options: ToyOptions = {}): TrainingTask {
  const { rows = 96, validationRows = 24, seed = 1, epochs = [4, 0, 0], separation = 6 } = options;
  const { compression, network } = options;
  const recipe = resolveRecipe(
    {
      seed,
      data: { validation: validationRows > 0 ? 0.2 : 0 },
      training: { batchSize: 32, learningRate: 0.02, warmup: 0, weightDecay: 0, epochs, ...options.training },
      ...(compression === undefined ? {} : { compression }),
      ...(options.integer === undefined ? {} : { integer: options.integer }),
      network: { ...(network?.layers && { layers: network.layers }), ...(network?.cell && { cell: network.cell }) },
    },
    'toy',
  );
  const sequences = toySequences(rows + validationRows, separation);
  return {
    architecture: {
      cell: 'FastGRNN',
      inputSize: 3,
      hiddenSize: 6,
      wRank: 2,
      uRank: 3,
      gate: 'hardSigmoid4',
      update: 'hardTanh',
      residual: 'free',
      ...plainHead,
      classes: 3,
      ...network,
    },
    training: recipe.training,
    compression: recipe.compression,
    seed,
    sequences,
    trainRows: Uint32Array.from({ length: rows }, (_, i) => i),
    validationRows: Uint32Array.from({ length: validationRows }, (_, i) => rows + i),
    normalisation: { centre: Int16Array.of(0), scale: Float64Array.of(1 / 300) },
    lsb: new Float64Array(3).fill(1),
    stages: stagesOf(recipe.training.epochs, recipe.training.roundedEpochs),
    weightBits: recipe.integer.weightBits ?? 8,
  };
}
