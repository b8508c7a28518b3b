import type { FloatSource } from '../firmware/index.js';
import { NONLINEARITIES } from '../kernels/index.js';
import type { Random } from '../math/index.js';
import { CELLS, plainHead, tensorsOf, type Architecture } from '../network/index.js';

/** All but relu, of which states grow beyond any float within a few steps of the largest inputs. */
const gates = NONLINEARITIES.filter((kind) => kind !== 'relu');

/** A random float network that float C is made of: cell, shape, nonlinearities and residual are drawn, and of some matrices most entries are 0. */
export function randomFloat(random: Random, change: Partial<Architecture> = {}): FloatSource {
  const size = (largest: number) => 1 + random.below(largest);
  const [inputSize, hiddenSize] = [change.inputSize ?? size(12), change.hiddenSize ?? size(24)];
  const architecture: Architecture = {
    ...plainHead,
    ...{
      cell: CELLS[random.below(CELLS.length)],
      inputSize,
      hiddenSize,
      classes: 1 + size(8),
    },
    wRank: random.below(2) ? 0 : size(Math.min(inputSize, hiddenSize)),
    uRank: random.below(2) ? 0 : size(hiddenSize),
    ...{ gate: gates[random.below(gates.length)], update: NONLINEARITIES[random.below(8)] },
    residual: (['free', 'tied', 'fixed'] as const)[random.below(3)],
    ...{ alpha: 0.5, beta: 0.75 },
    ...change,
  };
  const specs = tensorsOf(architecture);
  const parameters = new Float32Array(specs.reduce((sum, { size: own }) => sum + own, 0));
  for (const { role, offset, size: own, shape } of specs) {
    const density = role === 'matrix' && random.below(2) ? 0.3 : 1;
    const deviation = role === 'matrix' ? 1 / Math.sqrt(density * Math.min(shape[0], shape[1])) : 1;
    for (let k = offset; k < offset + own; k++) {
      parameters[k] = random.uniform() < density ? deviation * random.normal() : 0;
    }
  }
  const stackable = [1, 2, 3].filter((frames) => inputSize % frames === 0);
  const channels = random.below(2) ? 1 : inputSize / stackable[random.below(stackable.length)];
  const centre = Array.from({ length: channels }, () => random.below(2001) - 1000);
  return { architecture, parameters, affine: { centre, scale: centre.map(() => 0.001 * (1 + random.uniform())) } };
}
