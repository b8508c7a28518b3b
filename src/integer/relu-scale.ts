import { layersOf, tensorPrefix, tensorsOf, type Architecture } from '../network/index.js';
import type { LayerRanges, Ranges } from './ranges.js';

/** Where a nonlinearity's argument ends in the integer network: Q12 in 16 bits. */
const end = 8;

/** Whether a layer's state can be scaled: max(s p, 0) = s max(p, 0) of s > 0, and nothing but this stands between a state and the next. */
export function hasScalableState({ cell, update, recurrence }: Architecture): boolean {
  return update === 'relu' && (cell === 'RNN' || cell.startsWith('FastRNN')) && recurrence !== 'EURNN';
}

/**
 * The same network with states small enough for the integer network's arguments, which end at ±8: W and the bias of a layer whose ReLU
 * gets larger ones are divided by a power of two, and what reads its states is multiplied by it. No logit changes, and no digit of
 * a weight. Ranges calibrated before there was one of the argument leave a layer as it is.
 *
 * @param parameters all parameters, in the order of `tensorsOf`; left as they are
 * @param margin headroom on the ranges
 */
export function withStatesInReach(
  architecture: Architecture,
  parameters: Float64Array,
  ranges: Ranges,
  margin: number,
): { readonly parameters: Float64Array; readonly ranges: Ranges } {
  const [first, ...upper] = [ranges, ...(ranges.upper ?? [])];
  const scales = [first, ...upper].map(({ argument }) => scaleOf((argument ?? 0) * margin));
  if (scales.every((scale) => scale === 1)) return { parameters, ranges };

  const scaled = parameters.slice();
  const multiply = (name: string, factor: number) => {
    const tensor = tensorsOf(architecture).find((one) => one.name === name);
    if (!tensor) return;
    for (let i = tensor.offset; i < tensor.offset + tensor.size; i++) scaled[i] *= factor;
  };
  for (let layer = 0; layer < layersOf(architecture); layer++) {
    const prefix = tensorPrefix(layer, 0);
    const below = layer > 0 ? 1 / scales[layer - 1] : 1;
    multiply(`${prefix}W`, below * scales[layer]);
    multiply(`${prefix}W2`, below);
    multiply(`${prefix}W1`, scales[layer]);
    multiply(`${prefix}bias`, scales[layer]);
  }
  multiply('classifier', 1 / scales[scales.length - 1]);
  return {
    parameters: scaled,
    ranges: {
      ...ranges,
      ...withScale(first, scales[0]),
      ...(ranges.upper ? { upper: upper.map((own, i) => withScale(own, scales[i + 1])) } : {}),
    },
  };
}

/** The power of two, at most 1, that brings a magnitude to the end or below. */
function scaleOf(magnitude: number): number {
  let scale = 1;
  while (magnitude * scale > end) scale /= 2;
  return scale;
}

function withScale(ranges: LayerRanges, scale: number): LayerRanges {
  const { u, state, argument = 0 } = ranges;
  return { ...ranges, u: u * scale, state: state * scale, argument: argument * scale };
}
