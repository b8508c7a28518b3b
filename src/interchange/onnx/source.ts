import type { IntegerMatrix, IntegerNetwork } from '../../integer/index.js';
import { powerOfTwo, sigmoid } from '../../math/index.js';
import { fixedResidual, tensorPrefix, tensorsOf, type Architecture } from '../../network/index.js';
import { transposed, type LinearMap, type Weight } from './weight.js';

/** A cell's numbers, whatever model they come from. */
export interface CellNumbers {
  /** W [H, D] or U [H, H], full or as two factors. */
  map(name: 'W' | 'U'): LinearMap;
  /** [H] */
  bias(name: string): Float32Array;
  /** zeta and nu, or alpha and beta, as they multiply. */
  readonly scalars: readonly [number, number];
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
  const { cell, residual, vocabulary } = architecture;
  const scalarsOf = (prefix: string): [number, number] => {
    const squashed = (name: string) => sigmoid(tensor(prefix + name)[0]);
    if (cell === 'FastGRNN') return [squashed('zeta'), squashed('nu')];
    if (residual === 'fixed') {
      const { alpha, beta } = fixedResidual(architecture);
      return [alpha, beta];
    }
    const alpha = squashed('alpha');
    return [alpha, residual === 'tied' ? 1 - alpha : squashed('beta')];
  };
  return {
    cell: (layer, direction) => {
      const prefix = tensorPrefix(layer, direction);
      return {
        map: (local) => {
          const name = prefix + local;
          return specs.has(name)
            ? { first: weight(name), second: undefined }
            : { first: weight(`${name}1`), second: second(`${name}2`) };
        },
        bias: (local) => tensor(prefix + local),
        scalars: scalarsOf(prefix),
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
  const { cell, stateBits, inputBits, inputShift, classifier, biasGate, biasUpdate } = network;
  const map = (first: IntegerMatrix, second: IntegerMatrix | undefined): LinearMap => ({
    first: weightOf(first),
    second: second && weightOf(second),
  });
  const scalarUnit = powerOfTwo(-(stateBits + 2));
  const offsetUnit = cell === 'FastGRNN' ? scalarUnit : powerOfTwo(-14);
  const biasUnit = powerOfTwo(-12);
  const logitUnit = powerOfTwo(-(classifier.fractionBits + stateBits));
  const inputUnit = powerOfTwo(-(inputShift + inputBits));
  return {
    cell: () => ({
      map: (name) => (name === 'W' ? map(network.w1, network.w2) : map(network.u1, network.u2)),
      bias: (name) => Float32Array.from(name === 'biasGate' ? biasGate : biasUpdate, (count) => count * biasUnit),
      scalars: [network.scale * scalarUnit, network.offset * offsetUnit],
    }),
    embedding: network.embedding && weightOf(network.embedding),
    classifier: weightOf(classifier),
    classifierBias: Float32Array.from(network.classifierBias, (count) => count * logitUnit),
    affine: {
      centre: [...network.centre],
      scale: Array.from(network.multiplier, (multiplier) => multiplier * inputUnit),
    },
  };
}

function weightOf({ rows, columns, values, fractionBits }: IntegerMatrix): Weight {
  return { rows, columns, values, scales: Float32Array.of(powerOfTwo(-fractionBits)) };
}
