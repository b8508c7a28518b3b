import * as z from 'zod/mini';
import { NONLINEARITIES } from '../kernels/index.js';
import type { SoundSettings } from '../recipe/index.js';
import { CELLS, type Architecture } from './architecture.js';
import type { Ranges } from './ranges.js';
import { RECURRENCES } from './recurrence/recurrence.js';
import { soundMetadata } from './sound-metadata.js';

/** Where a model comes from: with the same recipe, data, version and seed, `train` gives the same file again. */
export interface Provenance {
  /** The recipe's name. */
  readonly recipe: string;
  readonly recipeHash: string;
  readonly dataHash: string;
  /** The version of the package that wrote it. */
  readonly version: string;
  readonly seed: number;
  /** Whether kernels with fused multiply-add were allowed, whose results depend on the machine. */
  readonly fma: boolean;
}

/** Of a network that another program trained: what was read, and how it was understood. */
export interface Imported {
  /** The files that were read, without their folders. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** By this project's names: what the tensor was called, and its shape there. */
  readonly tensors: Readonly<Record<string, { readonly name: string; readonly shape: readonly number[] }>>;
  /** Tensors of the files that the network has no use for. */
  readonly unused: readonly string[];
  /** What was decided and why, in sentences: layouts, scalars, nonlinearities, normalisation, ranges. */
  readonly decisions: readonly string[];
  /** Whether `ranges` were taken from recordings or from made-up inputs. */
  readonly calibration: 'recordings' | 'synthetic';
}

/**
 * What a detector computes with, all of it whole numbers: they stand in the model file as `detector`.
 * `docs/detector.md` defines what they do, to the bit.
 */
export interface DetectorSettings {
  /** Classes whose words are events, K of them, rising; another class is what stands against each. */
  readonly wake: readonly number[];
  /** Network steps of a sliding window; 0 where one state is carried on for ever. */
  readonly window: number;
  /** States that begin one after the other, `window / states` steps apart; 1 where the state is carried. It divides `window`. */
  readonly states: number;
  /** Bits by which logits are shifted down before margins are taken, 1..30. */
  readonly marginShift: number;
  /** A score moves 2^-smoothing of the way to its margin at each push, 0..8; 0: it is the margin. */
  readonly smoothing: number;
  /** An event begins where the score is at least this; in units of margins, of int16. */
  readonly threshold: number;
  /** The score must have been below this since the last event; at most `threshold`. */
  readonly release: number;
  /** Pushes from one event to the next, at least; 1..65535. */
  readonly refractory: number;
}

/** What the numbers of a model file mean. */
export interface ModelMetadata {
  readonly kind: 'float' | 'integer';
  readonly architecture: Architecture;
  /** [classes] */
  readonly classNames: readonly string[];
  /** The network's inputs are (x - centre) * scale of int16 counts x; one number for all channels, or one a channel. */
  readonly features: {
    readonly normalise: 'channel' | 'global' | 'none';
    readonly centre: readonly number[];
    readonly scale: readonly number[];
    /** Frames that one step reads, and from one step to the next; absent where each step reads one frame. */
    readonly stack?: { readonly frames: number; readonly stride: number };
    /** How frames are made of sound; absent where they are recorded as they are. */
    readonly sound?: SoundSettings;
  };
  /** Of each channel: the physical value of one int16 count, its unit, its name. `steps` is the length in training. */
  readonly input: {
    readonly steps: number;
    readonly lsb: readonly number[];
    readonly units: readonly string[];
    readonly channelNames: readonly string[];
  };
  /** Regression: the values are centre + scale * logit, [classes] each. */
  readonly outputs?: { readonly centre: readonly number[]; readonly scale: readonly number[] };
  readonly provenance: Provenance;
  /** Networks that came in by import. */
  readonly imported?: Imported;
  /** Float networks: the largest magnitudes that their values took on training data; they choose an integer network's formats. */
  readonly ranges?: Ranges;
  /** Float networks: how many times `ranges` an integer network shall hold; the recipe's `integer.margin`. */
  readonly margin?: number;
  /** Float networks: how an integer network's matrices shall be stored, where the recipe's `integer` says other than the default. */
  readonly storage?: { readonly weightBits: 8 | 4; readonly indices: 'byte' | 'bitmap' | 'delta' };
  /** Float networks: bits that an integer network's sums shall fit, where the recipe's `integer.sumBits` says other than 32. */
  readonly sumBits?: 24;
  /** What an integer network adds: shifts, limits, scales. */
  readonly integer?: Readonly<Record<string, IntegerSetting>>;
  /** Integer networks that listen to a stream: what makes events of their logits. */
  readonly detector?: DetectorSettings;
}

/** What float and integer model share: everything in the file but numbers. */
export type ModelFacts = Omit<ModelMetadata, 'kind' | 'integer' | 'ranges' | 'margin' | 'storage' | 'sumBits'>;

/** A value in the metadata of an integer network. */
export type IntegerSetting = number | string | boolean | null | readonly number[];

const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const size = z.int().check(z.gte(0));
const fraction = z.exactOptional(z.number());
const layerRanges = {
  ...{ w: z.number(), u: z.number(), state: z.number() },
  ...{ candidate: fraction, memory: fraction, argument: fraction },
};

/** The shape of `ModelMetadata` as it stands in a file. */
export const metadataSchema = z.strictObject({
  kind: z.enum(['float', 'integer']),
  architecture: z.strictObject({
    cell: z.enum(CELLS),
    inputSize: size,
    hiddenSize: size,
    layers: z.exactOptional(size),
    bidirectional: z.exactOptional(z.boolean()),
    wRank: size,
    uRank: size,
    gate: z.enum(NONLINEARITIES),
    update: z.enum(NONLINEARITIES),
    residual: z.enum(['free', 'tied', 'fixed']),
    alpha: fraction,
    beta: fraction,
    vectorZetaNu: z.exactOptional(z.boolean()),
    reset: z.exactOptional(z.enum(['before', 'after'])),
    forgetBias: fraction,
    recurrence: z.exactOptional(z.enum(RECURRENCES)),
    reflectors: z.exactOptional(size),
    spectralMargin: fraction,
    orthogonality: z.exactOptional(z.enum(['geodesic', 'soft'])),
    orthogonalityWeight: z.exactOptional(z.number().check(z.gte(0))),
    arrangement: z.exactOptional(z.enum(['tunable', 'fft'])),
    capacity: z.exactOptional(size),
    head: z.enum(['softmax', 'sigmoid', 'regression']),
    output: z.enum(['last', 'every', 'mean']),
    vocabulary: size,
    classes: size,
  }),
  classNames: z.array(z.string()),
  features: z.strictObject({
    normalise: z.enum(['channel', 'global', 'none']),
    centre: z.array(z.number()),
    scale: z.array(z.number()),
    stack: z.exactOptional(z.strictObject({ frames: z.int().check(z.gte(1)), stride: z.int().check(z.gte(1)) })),
    sound: z.exactOptional(soundMetadata),
  }),
  input: z.strictObject({
    steps: size,
    lsb: z.array(z.number().check(z.gt(0))),
    units: z.array(z.string()),
    channelNames: z.array(z.string()),
  }),
  outputs: z.exactOptional(z.strictObject({ centre: z.array(z.number()), scale: z.array(z.number()) })),
  provenance: z.strictObject({
    recipe: z.string(),
    recipeHash: hash,
    dataHash: hash,
    version: z.string(),
    seed: size,
    fma: z.boolean(),
  }),
  imported: z.exactOptional(
    z.strictObject({
      files: z.array(z.strictObject({ name: z.string(), sha256: hash })),
      tensors: z.record(z.string(), z.strictObject({ name: z.string(), shape: z.array(size) })),
      unused: z.array(z.string()),
      decisions: z.array(z.string()),
      calibration: z.enum(['recordings', 'synthetic']),
    }),
  ),
  ranges: z.exactOptional(
    z.strictObject({
      input: z.number(),
      ...layerRanges,
      upper: z.exactOptional(z.array(z.strictObject(layerRanges))),
    }),
  ),
  margin: z.exactOptional(z.number().check(z.gte(1))),
  storage: z.exactOptional(
    z.strictObject({ weightBits: z.literal([8, 4]), indices: z.enum(['byte', 'bitmap', 'delta']) }),
  ),
  sumBits: z.exactOptional(z.literal(24)),
  integer: z.exactOptional(
    z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(z.number())])),
  ),
  detector: z.exactOptional(
    z.strictObject({
      wake: z.array(size),
      window: size,
      states: size,
      marginShift: size,
      smoothing: size,
      threshold: z.int(),
      release: z.int(),
      refractory: size,
    }),
  ),
});

/** What contradicts itself in metadata of the right shape, or undefined. */
export function contradiction(metadata: ModelMetadata): string | undefined {
  const { architecture, classNames, features, input } = metadata;
  if (classNames.length !== architecture.classes) {
    return `${classNames.length} class names for ${architecture.classes} classes`;
  }
  const channels = input.channelNames.length;
  if (input.lsb.length !== channels || input.units.length !== channels) {
    return `${input.lsb.length} lsb and ${input.units.length} units for ${channels} channels`;
  }
  if (features.centre.length !== features.scale.length) {
    return `${features.centre.length} centres and ${features.scale.length} scales of the inputs`;
  }
  const { outputs } = metadata;
  if ((architecture.head === 'regression') !== (outputs !== undefined)) {
    return outputs ? 'outputs have units, but the head is no regression' : 'the outputs of a regression have no units';
  }
  if (outputs && (outputs.centre.length !== architecture.classes || outputs.scale.length !== architecture.classes)) {
    return `${outputs.centre.length} centres and ${outputs.scale.length} scales of ${architecture.classes} outputs`;
  }
  return undefined;
}
