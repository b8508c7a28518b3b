import { exponentOf, powerOfTwo } from '../math/index.js';
import {
  layerInputSize,
  layersOf,
  rangesByName,
  tensorPrefix,
  tensorsByName,
  withPlainMatrix,
  type Architecture,
  type Ranges,
} from '../network/index.js';
import { layerOf, leastInputBits, limitOf, scaleBits, type TensorOf } from './convert-layer.js';
import { largestMagnitude } from './float-network.js';
import { bitsFor, clampRound, integerAffine, leastErrorBits, perInput, quantise, type WeightStep } from './formats.js';
import { fits24, sparings, type Spared } from './narrow.js';
import { withStatesInReach } from './relu-scale.js';
import { balancedUnlessRounded, weightStep } from './rounding.js';
import type { Normalisation } from './input.js';
import {
  checkIntegerNetwork,
  embeddingShift,
  IntegerNetworkError,
  largestEmbedding,
  maximumSize,
  plainStorage,
  type IntegerLayer,
  type IntegerMatrix,
  type IntegerNetwork,
  type Storage,
} from './network.js';

/**
 * [V][D] as int8 with one scale. Its rows are inputs with `embeddingShift` fraction bits more, and inputs take at most 20, lest a
 * shift becomes too large: entries that are all smaller than 127 * 2^-12 give up bits.
 */
function quantisedEmbedding(values: Float64Array, inputSize: number): IntegerMatrix {
  return quantise(values, values.length / inputSize, inputSize, 1, leastErrorBits(values, 20 - embeddingShift));
}

/** Tokens have no affine. */
const noAffine = {
  centre: new Int16Array(0),
  multiplier: new Int16Array(0),
  inputShift: 0,
  remainder: Float64Array.of(1),
};

/** Why a bidirectional network stays where it is. */
const bidirectionalRefusal =
  'network.bidirectional: such a network reads each sequence from its end too, so it gives nothing before the whole sequence is there and needs all of its steps in memory; an integer network takes one step after the other. Train one that reads forwards, with more units or layers, or the float network alone with "fastgrnn train"';

/**
 * Turns a float network into an integer one (section 3.3 of the paper): weights to int8 with one power-of-two scale a matrix,
 * activations to int16 with formats from calibrated ranges, and every shift between them chosen here, once.
 *
 * @param original the network; a U that is made of other parameters goes down as the matrix that it is
 * @param originalParameters all parameters, in the order of `tensorsOf`
 * @param ranges largest magnitudes from `calibrate`
 * @param margin headroom on them, e.g. 1.25
 * @param storage how firmware stores the matrices; with weights of 4 bits they are rounded to multiples of 16
 * @param sumBits 24: activations give up to three bits, and headroom beyond the margin, where every row's sum then provably fits 24
 *   bits, which take less time on an 8-bit processor; where that isn't enough, none
 * @throws IntegerNetworkError for a network outside the definition, or with weights or ranges that are not finite
 */
export function convert(
  original: Architecture,
  originalParameters: Float32Array,
  normalisation: Normalisation,
  ranges: Ranges,
  margin: number,
  storage: Storage = plainStorage,
  sumBits: 32 | 24 = 32,
): IntegerNetwork {
  checkIntegerForm(original);
  checkValues(originalParameters, ranges);
  const plain = withPlainMatrix(original, originalParameters);
  const { architecture } = plain;
  const parameters = balancedUnlessRounded(architecture, plain.parameters);
  const scaled = withStatesInReach(architecture, { parameters, ranges }, margin);
  checkStates(scaled.ranges);
  const tensors = tensorsByName(architecture, scaled.parameters);
  const tensor: TensorOf = (name) => tensors.get(name) ?? new Float64Array();
  const given: Given = { architecture, tensor, ranges: scaled.ranges, normalisation, margin, storage };
  const shortened = sumBits === 24 ? (shortSums(given, false) ?? shortSums(given, true)) : undefined;
  return shortened ?? networkOf(given);
}

/** The network whose formats give up the fewest bits for sums of 24; undefined where all that they may give up isn't enough. */
function shortSums(given: Given, coarse: boolean): IntegerNetwork | undefined {
  const choices = sparings(coarse);
  const most = choices[choices.length - 1];
  if (!fits24(networkOf(given, most))) return undefined;
  for (const spared of choices) {
    const network = networkOf(given, spared);
    if (fits24(network)) return network;
  }
  return undefined;
}

/** What a conversion is made from. */
interface Given {
  readonly architecture: Architecture;
  /** With balanced factors, and states in reach. */
  readonly tensor: TensorOf;
  readonly ranges: Ranges;
  readonly normalisation: Normalisation;
  readonly margin: number;
  readonly storage: Storage;
}

/** @param spared bits that the formats of activations give up; then limits leave no headroom beyond the margin either */
function networkOf(given: Given, spared?: Spared): IntegerNetwork {
  const { architecture, tensor, normalisation, ranges, margin, storage } = given;
  const { inputSize, classes } = architecture;
  const step = weightStep(storage.weightBits);
  const embedding = architecture.vocabulary > 0 ? quantisedEmbedding(tensor('embedding'), inputSize) : undefined;
  const inputBits = embedding ? embedding.fractionBits + embeddingShift : inputBitsOf(given, spared);
  const { remainder, ...affine } = embedding ? noAffine : integerAffine(perInput(normalisation, inputSize), inputBits);
  const first = layerOf(architecture, tensor, {
    inputBits,
    inputLimit: spared && !embedding ? limitOf(ranges.input * margin, inputBits) : 32767,
    remainder,
    ranges,
    margin,
    step,
    spared,
  });
  const upper: IntegerLayer[] = [];
  for (let layer = 1; layer < layersOf(architecture); layer++) {
    const own = { ...architecture, inputSize: layerInputSize(architecture, layer) };
    const below = upper.at(-1) ?? first;
    const above = layerOf(own, (name) => tensor(tensorPrefix(layer, 0) + name), {
      inputBits: below.stateBits,
      inputLimit: below.stateLimit,
      remainder: Float64Array.of(1),
      ranges: ranges.upper?.[layer - 1] ?? missingRanges(layer),
      margin,
      step,
      spared,
      where: `layer ${layer + 1}, `,
    });
    upper.push(above);
  }
  const { hiddenSize, stateBits } = upper.at(-1) ?? first;
  const classifier = quantise(
    tensor('classifier'),
    classes,
    hiddenSize,
    step,
    classifierBits(tensor, stateBits, step, spared),
  );
  const logitFactor = powerOfTwo(classifier.fractionBits + stateBits);
  const network: IntegerNetwork = {
    ...first,
    ...(upper.length > 0 ? { upper } : {}),
    classes,
    embedding,
    mean: architecture.output === 'mean',
    ...affine,
    classifier,
    classifierBias: Int32Array.from(tensor('classifierBias'), (b) => clampRound(b * logitFactor, 1073741823)),
    storage,
  };
  checkIntegerNetwork(network);
  return network;
}

/** As many as the inputs' range takes, and no fewer than the weights need; those that take up a small scale may need one more. */
function inputBitsOf({ architecture, tensor, normalisation, ranges, storage }: Given, spared?: Spared): number {
  const step = weightStep(storage.weightBits);
  const least = (remainder: Float64Array) => leastInputBits(architecture, tensor, step, remainder);
  const bits = Math.max(bitsFor(ranges.input) - (spared?.input ?? 0), least(Float64Array.of(1)));
  const { remainder } = integerAffine(perInput(normalisation, architecture.inputSize), bits);
  return Math.max(bits, least(remainder));
}

function missingRanges(layer: number): never {
  throw new IntegerNetworkError(`the ranges of layer ${layer + 1} are missing; train the float network again`);
}

/**
 * Refuses a network that has no integer form, whatever its weights.
 *
 * @throws IntegerNetworkError which names the field
 */
export function checkIntegerForm(architecture: Architecture): void {
  const { inputSize, hiddenSize, wRank, uRank, classes, recurrence, bidirectional } = architecture;
  if (recurrence === 'EURNN') {
    throw new IntegerNetworkError(
      "network.recurrence is EURNN: its modReLU divides every complex unit by its modulus, a square root and a division a unit and step, which the integer network has no operations for; on a device, use oRNN, whose U is orthogonal, the real numbers' unitary",
    );
  }
  if (bidirectional) throw new IntegerNetworkError(bidirectionalRefusal);
  for (const [name, size] of Object.entries({ inputSize, hiddenSize, wRank, uRank, classes })) {
    if (size > maximumSize) {
      throw new IntegerNetworkError(
        `network.${name} is ${size}: an integer network takes at most ${maximumSize}, an index has one byte`,
      );
    }
  }
  checkUnits(architecture);
  if (architecture.head === 'softmax' && classes < 2) {
    throw new IntegerNetworkError('classes is 1: a network that chooses among classes needs two at least');
  }
  if (architecture.vocabulary * inputSize > largestEmbedding) {
    throw new IntegerNetworkError(
      `the embedding has ${architecture.vocabulary} x ${inputSize} entries, an integer network takes at most ${largestEmbedding}; lower network.embedding, or keep fewer tokens`,
    );
  }
}

function checkValues(parameters: Float32Array, ranges: Ranges): void {
  if (!parameters.every(Number.isFinite)) {
    throw new IntegerNetworkError(
      'the float network holds a weight that is not finite; train again with a lower learning rate',
    );
  }
  for (const [name, range] of rangesByName(ranges)) {
    if (!Number.isFinite(range)) {
      throw new IntegerNetworkError(
        `the range of ${name} is ${range}: the float network's values grow beyond all bounds; train again with a lower learning rate`,
      );
    }
  }
}

/** Throws `IntegerNetworkError` for states beyond int16. */
function checkStates(ranges: Ranges): void {
  const state = Math.max(ranges.state, ...(ranges.upper ?? []).map((layer) => layer.state));
  if (bitsFor(state) < 1) {
    throw new IntegerNetworkError(
      `the hidden state reaches ${state}, an integer network's at most 16383; train with more weight decay`,
    );
  }
}

/** Throws `IntegerNetworkError` where the units of all layers are more than an index of a byte can tell. */
function checkUnits({ layers = 1, hiddenSize }: Architecture): void {
  if (layers * hiddenSize <= maximumSize) return;
  throw new IntegerNetworkError(
    `network.layers is ${layers}, of network.hiddenSize ${hiddenSize} each: an integer network has at most ${maximumSize} units in all its layers; lower one of them`,
  );
}

/**
 * The classifier's fraction bits: as many as its weights allow, so that a regression's values are as fine as int8 weights give; but
 * so that its biases, in Q(these + stateBits), stay below 2^30.
 */
function classifierBits(tensor: TensorOf, stateBits: number, step: WeightStep, spared: Spared | undefined): number {
  const bias = largestMagnitude(tensor('classifierBias'));
  const most = bias > 0 ? Math.min(20, 29 - stateBits - exponentOf(bias)) : 20;
  return scaleBits(spared)(tensor('classifier'), most, step);
}
