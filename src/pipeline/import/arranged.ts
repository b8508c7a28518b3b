import {
  ArchitectureError,
  checkArchitecture,
  directionsOf,
  gatesOf,
  layerInputSize,
  parameterCount,
  tensorPrefix,
  tensorsOf,
  type Architecture,
} from '../../network/index.js';
import { ImportError } from './errors.js';
import type { ForeignTensor } from './foreign.js';
import { multiplied, type OwnMatrix } from './layout.js';

/** A network of another program in this project's terms, but for what the inputs' unit adds to its biases. */
export interface Arranged {
  readonly architecture: Architecture;
  /** By the names of `tensorsOf`. */
  readonly tensors: ReadonlyMap<string, Float64Array>;
  /** What was decided and why. */
  readonly decisions: readonly string[];
  /** What was read, by names of this project. */
  readonly found: ReadonlyMap<string, ForeignTensor>;
  /** Names of tensors that nothing is made of. */
  readonly unused: readonly string[];
}

/** The architecture, if it is one. */
export function checkedArchitecture(architecture: Architecture): Architecture {
  try {
    checkArchitecture(architecture);
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    throw new ImportError(`these weights make no network: ${error.message}`, { cause: error });
  }
  return architecture;
}

/** A matrix under the names of its tensors: M, or M1 and M2. */
export function matrixTensors(name: string, { first, second }: OwnMatrix): [string, Float64Array][] {
  return second
    ? [
        [`${name}1`, first],
        [`${name}2`, second],
      ]
    : [[name, first]];
}

/** A rank above the largest that a matrix has saves nothing: the factors are multiplied out. */
export function withinRank(matrix: OwnMatrix, hiddenSize: number, name: string) {
  if (matrix.rank <= Math.min(matrix.inputs, hiddenSize)) return { matrix, decisions: [] };
  return {
    matrix: { inputs: matrix.inputs, rank: 0, first: multiplied(matrix, hiddenSize), second: undefined },
    decisions: [`${name}: factors of rank ${matrix.rank} were multiplied out, a full matrix is smaller`],
  };
}

/** All parameters in the order of `tensorsOf`, in float64; biases that stand beside W x take what W makes of `rest`, [D]. */
export function parametersOf({ architecture, tensors }: Arranged, rest: Float64Array): Float64Array {
  const shifts = new Map<string, Float64Array>();
  for (let direction = 0; direction < directionsOf(architecture); direction++) {
    const prefix = tensorPrefix(0, direction);
    for (const gate of gatesOf(architecture)) {
      const shift = times(firstMatrix(architecture, tensors, `${prefix}W${gate}`), rest, architecture.hiddenSize);
      const biases = gate === '' ? ['bias', 'biasGate', 'biasUpdate'] : [`bias${gate}`];
      for (const bias of biases) shifts.set(prefix + bias, shift);
    }
  }
  const out = new Float64Array(parameterCount(architecture));
  for (const { name, offset } of tensorsOf(architecture)) {
    const shift = shifts.get(name);
    const values = tensors.get(name)!;
    out.set(shift ? values.map((value, i) => value + shift[i]) : values, offset);
  }
  return out;
}

/** W of the first layer, multiplied out. */
function firstMatrix(
  architecture: Architecture,
  tensors: ReadonlyMap<string, Float64Array>,
  name: string,
): Float64Array {
  const full = tensors.get(name);
  if (full) return full;
  const [first, second] = [tensors.get(`${name}1`)!, tensors.get(`${name}2`)!];
  const inputs = layerInputSize(architecture, 0);
  return multiplied({ inputs, rank: architecture.wRank, first, second }, architecture.hiddenSize);
}

function times(matrix: Float64Array, vector: Float64Array, rows: number): Float64Array {
  return new Float64Array(rows).map((_, i) =>
    vector.reduce((sum, value, j) => sum + matrix[i * vector.length + j] * value, 0),
  );
}

/** The entries of a bias, whatever ones its shape has: [H], [1, H], [H, 1]. */
export function vectorOf(tensor: ForeignTensor): number {
  const { shape, data } = tensor;
  if (Math.max(1, ...shape) === data.length) return data.length;
  throw new ImportError(`${shown(tensor)} must be a vector: a bias has one entry a unit`);
}

/** A tensor for messages. */
export function shown({ name, shape }: ForeignTensor): string {
  return `${name} [${shape.join(', ')}]`;
}
