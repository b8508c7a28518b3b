import {
  gatesOf,
  layersOf,
  resetOf,
  tensorPrefix,
  tensorsByName,
  type Architecture,
  type Ranges,
} from '../network/index.js';
import { largestMagnitude } from './float-network.js';

/** Where a nonlinearity's argument ends in the integer network: Q12 in 16 bits. */
const end = 8;

/**
 * Whether a layer's state can be scaled: max(s p, 0) = s max(p, 0) of s > 0. Of FastGRNN it can't, whose gate and candidate have one U: what
 * the candidate needs of it is not what the gate does.
 */
export function hasScalableState({ cell, update, recurrence }: Architecture): boolean {
  return update === 'relu' && cell !== 'FastGRNN' && recurrence !== 'EURNN';
}

/** Parameters, and the ranges of what a network makes with them. */
interface Scaled {
  /** All parameters, in the order of `tensorsOf`. */
  readonly parameters: Float64Array;
  readonly ranges: Ranges;
}

/**
 * The same network with states small enough for the integer network's arguments, which end at ±8: W and the bias of a layer whose ReLU
 * gets larger ones are divided by a power of two, and what reads its states is multiplied by it: the classifier or the layer above, and the U
 * of its own gates (not the candidate's, which is to be smaller as the state is). An LSTM's c becomes smaller, too. No logit changes, and
 * no digit of a weight. Ranges calibrated before there was one of the argument leave all but a RNN, whose argument is its state, as it is.
 *
 * @param given left as it is
 * @param margin headroom on the ranges
 */
export function withStatesInReach(architecture: Architecture, given: Scaled, margin: number): Scaled {
  if (!hasScalableState(architecture)) return given;
  const parameters = given.parameters.slice();
  const tensors = tensorsByName(architecture, parameters);
  const tensor = (name: string) => tensors.get(name) ?? new Float64Array();
  const multiply = (name: string, factor: number) => tensor(name).forEach((value, i, all) => (all[i] = value * factor));

  const { upper, ...first } = given.ranges;
  const layers = [first, ...(upper ?? [])];
  // From the top, since what a layer's state is multiplied by is limited by the W that reads it.
  for (let layer = layersOf(architecture) - 1; layer >= 0; layer--) {
    const own = layers.at(layer);
    if (own === undefined) continue; // its conversion says so
    const argument = own.argument ?? (architecture.cell === 'RNN' ? own.state : 0);
    const readers = readersOf(architecture, layer);
    // Of the classifier alone no sums enter a nonlinearity.
    const limited = readers.filter((name) => name !== 'classifier');
    const least = limited.reduce((most, name) => largestMagnitude(tensor(name), most), 0) / largestReader;
    // A state, or an LSTM's c, has 12 fraction bits at most: one far below its argument would lose more than the argument gains.
    const kept = Math.min(own.state, own.memory ?? Infinity) * margin;
    let scale = 1;
    while (argument * margin * scale > end && scale / 2 > least && (kept * scale) / 2 >= smallestState) scale /= 2;
    if (scale === 1) continue;
    for (const name of makersOf(architecture, layer)) multiply(name, scale);
    for (const name of readers) multiply(name, 1 / scale);
    layers[layer] = {
      ...own,
      ...{ u: own.u * scale, state: own.state * scale, argument: argument * scale },
      ...(own.candidate !== undefined && { candidate: own.candidate * scale }),
      ...(own.memory !== undefined && { memory: own.memory * scale }),
    };
  }
  const [bottom, ...others] = layers;
  return { parameters, ranges: { ...given.ranges, ...bottom, ...(upper ? { upper: others } : {}) } };
}

/** The range that a state keeps when it is scaled. */
const smallestState = 0.5;

/** A weight of what reads a state in Q12 may be as large as this, lest its sums have fewer fraction bits than an argument. */
const largestReader = 64;

/** What makes the argument of a layer's ReLU, beside its state. */
function makersOf(architecture: Architecture, layer: number): string[] {
  const { cell, wRank } = architecture;
  const gate = gatesOf({ cell }).includes(candidate) ? candidate : '';
  const own = [`W${gate}${wRank > 0 ? '1' : ''}`, `bias${gate}`];
  const recurrent = cell === 'GRU' && resetOf(architecture) === 'after' ? ['biasRecurrent'] : [];
  return [...own, ...recurrent].map((name) => tensorPrefix(layer, 0) + name);
}

/** What reads a layer's state and isn't to follow its scale: its own gates' U, and the layer above or the classifier. */
function readersOf(architecture: Architecture, layer: number): string[] {
  const { wRank, uRank } = architecture;
  const gates = gatesOf(architecture);
  const own = gates
    .filter((gate) => gate !== candidate && gate !== '')
    .map((gate) => `U${gate}${uRank > 0 ? '1' : ''}`);
  const above =
    layer + 1 < layersOf(architecture)
      ? gates.map((gate) => `${tensorPrefix(layer + 1, 0)}W${gate}${wRank > 0 ? '2' : ''}`)
      : ['classifier'];
  return [...own.map((name) => tensorPrefix(layer, 0) + name), ...above];
}

/** The gate with the nonlinearity of the update, of cells whose gates have matrices of their own. */
const candidate = 'Update';
