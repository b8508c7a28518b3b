import {
  biasNames,
  cellWeights,
  integerGates,
  integerLayers,
  logitBits,
  type CellWeight,
  type IntegerLayer,
  type IntegerMatrix,
  type IntegerNetwork,
} from '../../integer/index.js';
import { powerOfTwo, transposed } from '../../math/index.js';
import {
  gatesOf,
  recurrenceOf,
  recurrentMatrix,
  tensorPrefix,
  tensorsOf,
  type Architecture,
} from '../../network/index.js';
import type { LinearMap, Weight } from './weight.js';

/** A cell's numbers, whatever model they come from. */
export interface CellNumbers {
  /** W [H, n] or U [H, H], full or as two factors; of cells with a pair a gate by its name, as in `WReset`. */
  map(name: string): LinearMap;
  /** [H] */
  bias(name: string): Float32Array;
  /** zeta and nu of FastGRNN, alpha and beta of FastRNN and FastRNN-vector, as they multiply. */
  readonly weights: readonly [CellWeight, CellWeight];
}

/** A network's numbers. */
export interface NetworkNumbers {
  /** Of the cell of a layer and direction, both from 0. */
  cell(layer: number, direction: number): CellNumbers;
  /** [V, D] */
  readonly embedding: Weight | undefined;
  /** [L, H] */
  readonly classifier: Weight;
  /** [L] */
  readonly classifierBias: Float32Array;
  /** The network's inputs are (x - centre) * scale of counts x; one for all inputs, or one each. */
  readonly affine: { readonly centre: readonly number[]; readonly scale: readonly number[] };
}

/** Of a float model: `parameters` in the order of `tensorsOf`. */
export function floatNumbers(
  architecture: Architecture,
  parameters: Float32Array,
  affine: NetworkNumbers['affine'],
): NetworkNumbers {
  const specs = new Map(tensorsOf(architecture).map((spec) => [spec.name, spec]));
  const tensor = (name: string): Float32Array => {
    const spec = specs.get(name);
    return spec ? parameters.slice(spec.offset, spec.offset + spec.size) : new Float32Array();
  };
  const weight = (name: string): Weight => {
    const [rows, columns] = specs.get(name)!.shape;
    return { rows, columns, values: tensor(name) };
  };
  /** The second factor, which a model file keeps as [n, r]. */
  const second = (name: string): Weight => {
    const [n, rank] = specs.get(name)!.shape;
    return { rows: rank, columns: n, values: transposed(tensor(name), n, rank) };
  };
  const { vocabulary, hiddenSize } = architecture;
  /** U of a recurrence that makes it of other tensors. */
  const materialised = (prefix: string): LinearMap => {
    const values = Float32Array.from(recurrentMatrix(architecture, (local) => tensor(prefix + local)));
    return { first: { rows: hiddenSize, columns: hiddenSize, values }, second: undefined };
  };
  return {
    cell: (layer, direction) => {
      const prefix = tensorPrefix(layer, direction);
      const { scale, offset } = cellWeights(architecture, (local) => tensor(prefix + local));
      return {
        map: (local) => {
          const name = prefix + local;
          if (local.startsWith('U') && recurrenceOf(architecture).kind !== 'dense') return materialised(prefix);
          return specs.has(name)
            ? { first: weight(name), second: undefined }
            : { first: weight(`${name}1`), second: second(`${name}2`) };
        },
        bias: (local) => tensor(prefix + local),
        weights: [scale, offset],
      };
    },
    embedding: vocabulary > 0 ? weight('embedding') : undefined,
    classifier: weight('classifier'),
    classifierBias: tensor('classifierBias'),
    affine,
  };
}

/** Of an integer model: what its integers stand for. Matrices stay int8. */
export function integerNumbers(network: IntegerNetwork): NetworkNumbers {
  const { inputBits, inputShift, classifier } = network;
  const layers = integerLayers(network);
  const map = (first: IntegerMatrix, second: IntegerMatrix | undefined): LinearMap => ({
    first: weightOf(first),
    second: second && weightOf(second),
  });
  const logitUnit = powerOfTwo(-logitBits(network));
  const inputUnit = powerOfTwo(-(inputShift + inputBits));
  return {
    cell: (index) => {
      const layer = layers[index];
      const { cell, stateBits, scale, offset, alpha, beta, zeta, nu } = layer;
      const scalarUnit = powerOfTwo(-(stateBits + 2));
      const offsetUnit = cell === 'FastGRNN' ? scalarUnit : powerOfTwo(-14);
      const gates = integerGates(layer);
      const names = gatesOf(layer);
      return {
        map: (name) => {
          const { w1, w2, u1, u2 } = gates[names.indexOf(name.slice(1))];
          return name.startsWith('W') ? map(w1, w2) : map(u1, u2);
        },
        bias: (name) => biasOf(layer, name),
        weights:
          alpha && beta
            ? [inUnits(alpha, powerOfTwo(-14)), inUnits(beta, powerOfTwo(-14))]
            : zeta && nu
              ? [inUnits(zeta, scalarUnit), inUnits(nu, scalarUnit)]
              : [scale * scalarUnit, offset * offsetUnit],
      };
    },
    embedding: network.embedding && weightOf(network.embedding),
    classifier: weightOf(classifier),
    classifierBias: inUnits(network.classifierBias, logitUnit),
    affine: {
      centre: [...network.centre],
      scale: Array.from(network.multiplier, (multiplier) => multiplier * inputUnit),
    },
  };
}

function weightOf({ rows, columns, values, fractionBits }: IntegerMatrix): Weight {
  return { rows, columns, values, scales: Float32Array.of(powerOfTwo(-fractionBits)) };
}

/** A bias by the float network's name: Q12, or the format of the two parts of a GRU's candidate. */
function biasOf(layer: IntegerLayer, name: string): Float32Array {
  if (!layer.biases) return inUnits(name === 'biasGate' ? layer.biasGate : layer.biasUpdate, powerOfTwo(-12));
  const index = biasNames(layer).indexOf(name);
  return inUnits(layer.biases[index], powerOfTwo(-(index < 2 ? 12 : (layer.candidateBits ?? 12))));
}

function inUnits(counts: Int16Array | Int32Array, unit: number): Float32Array {
  return Float32Array.from(counts, (count) => count * unit);
}
