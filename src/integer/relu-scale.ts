import { layersOf, tensorPrefix, tensorsByName, type Architecture, type Ranges } from '../network/index.js';
import { largestMagnitude } from './float-network.js';

/** Where a nonlinearity's argument ends in the integer network: Q12 in 16 bits. */
const end = 8;

/** Whether a layer's state can be scaled: max(s p, 0) = s max(p, 0) of s > 0, and nothing but this stands between a state and the next. */
export function hasScalableState({ cell, update, recurrence }: Architecture): boolean {
  return update === 'relu' && (cell === 'RNN' || cell.startsWith('FastRNN')) && recurrence !== 'EURNN';
}

/** Parameters, and the ranges of what a network makes with them. */
interface Scaled {
  /** All parameters, in the order of `tensorsOf`. */
  readonly parameters: Float64Array;
  readonly ranges: Ranges;
}

/**
 * The same network with states small enough for the integer network's arguments, which end at ±8: W and the bias of a layer whose ReLU
 * gets larger ones are divided by a power of two, and what reads its states is multiplied by it. No logit changes, and no digit of
 * a weight. Ranges calibrated before there was one of the argument leave a FastRNN as it is; of a RNN the state is what the argument is.
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
    const reader = layer + 1 < layersOf(architecture) ? inputMatrix(architecture, layer + 1) : undefined;
    const least = reader === undefined ? 0 : largestMagnitude(tensor(reader)) / largestReader;
    let scale = 1;
    while (argument * margin * scale > end && scale / 2 > least) scale /= 2;
    if (scale === 1) continue;
    const prefix = tensorPrefix(layer, 0);
    multiply(`${prefix}${architecture.wRank > 0 ? 'W1' : 'W'}`, scale);
    multiply(`${prefix}bias`, scale);
    multiply(reader ?? 'classifier', 1 / scale);
    layers[layer] = { ...own, u: own.u * scale, state: own.state * scale, argument: argument * scale };
  }
  const [bottom, ...others] = layers;
  return { parameters, ranges: { ...given.ranges, ...bottom, ...(upper ? { upper: others } : {}) } };
}

/** A weight of what reads a state in Q12 may be as large as this, lest its sums have fewer fraction bits than an argument. */
const largestReader = 64;

/** What multiplies a layer's inputs. */
function inputMatrix({ wRank }: Architecture, layer: number): string {
  return `${tensorPrefix(layer, 0)}${wRank > 0 ? 'W2' : 'W'}`;
}
