import { sigmoid } from '../../math/index.js';
import { directionsOf, layersOf, tensorsOf, withPlainMatrix, type Architecture } from '../../network/index.js';
import { residualWeights, transpose } from '../../integer/index.js';
import { ExportError } from '../errors.js';

/** A float network and what its inputs go through. */
export interface FloatSource {
  readonly architecture: Architecture;
  /** In the order of `tensorsOf`. */
  readonly parameters: Float32Array;
  /** The network's inputs are (x - centre) * scale of counts x; one for all inputs, or one each. */
  readonly affine: { readonly centre: ArrayLike<number>; readonly scale: ArrayLike<number> };
}

/** A matrix of which each row gives one value, as the float C stores it. */
export interface FloatMatrix {
  /** Table's name without prefix, e.g. `w2`. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
  /** Whether zeros are left out: a nonzero takes a column beside its four bytes. */
  readonly sparse: boolean;
}

/** Everything that the parts of the float C need to know. */
export interface FloatLayout {
  readonly architecture: Architecture;
  readonly prefix: string;
  /** The prefix in upper case, for macros. */
  readonly upper: string;
  readonly w2: FloatMatrix | undefined;
  readonly w1: FloatMatrix;
  readonly u2: FloatMatrix | undefined;
  readonly u1: FloatMatrix;
  readonly classifier: FloatMatrix;
  readonly classifierBias: Float32Array;
  /** [H]; of the gate empty without one. */
  readonly biasGate: Float32Array;
  readonly biasUpdate: Float32Array;
  /** zeta or alpha, and nu or beta, as they multiply. */
  readonly scale: number;
  readonly offset: number;
  readonly embedding: FloatMatrix | undefined;
  readonly centre: Float32Array;
  readonly inputScale: Float32Array;
  readonly gated: boolean;
}

/** @throws ExportError for other cells, stacks, directions and complex units, and for numbers that are not finite */
export function floatLayout(source: FloatSource, prefix: string): FloatLayout {
  const { architecture, parameters } = withPlainMatrix(source.architecture, source.parameters);
  const { affine } = source;
  const { cell, inputSize, hiddenSize, wRank, uRank, vocabulary, classes } = architecture;
  if (layersOf(architecture) > 1 || directionsOf(architecture) > 1) {
    throw new ExportError(
      `the float C holds one layer in one direction, the network has ${layersOf(architecture)} in ${directionsOf(architecture)}; set network.layers to 1 and network.bidirectional to false`,
    );
  }
  if (architecture.recurrence === 'EURNN') {
    throw new ExportError('the float C holds no complex units, and an EURNN has them; set network.recurrence to oRNN');
  }
  if (!['FastGRNN', 'FastRNN', 'RNN'].includes(cell)) {
    throw new ExportError(`the float C holds no ${cell} yet; set network.cell to FastGRNN, FastRNN or RNN`);
  }
  if (!parameters.every(Number.isFinite))
    throw new ExportError('the model holds parameters that are not finite numbers');
  const specs = new Map(tensorsOf(architecture).map((spec) => [spec.name, spec]));
  const tensor = (name: string): Float32Array => {
    const spec = specs.get(name);
    return Float32Array.from(spec ? parameters.subarray(spec.offset, spec.offset + spec.size) : []);
  };
  const matrix = (name: string, rows: number, columns: number, values: Float32Array): FloatMatrix => {
    const nonzeros = values.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
    const columnBytes = columns > 256 ? 2 : 1;
    return { name, rows, columns, values, sparse: (4 + columnBytes) * nonzeros + rows < 4 * values.length };
  };
  /** W or U: the factor nearer to the hidden units, and the other one, which a model file keeps as [columns][rank]. */
  const map = (name: 'W' | 'U', columns: number, rank: number) => {
    const c = name.toLowerCase();
    if (rank === 0) return { first: matrix(c, hiddenSize, columns, tensor(name)), second: undefined };
    return {
      first: matrix(`${c}1`, hiddenSize, rank, tensor(`${name}1`)),
      second: matrix(`${c}2`, rank, columns, transpose(tensor(`${name}2`), columns, rank)),
    };
  };
  const w = map('W', inputSize, wRank);
  const u = map('U', hiddenSize, uRank);
  const gated = cell === 'FastGRNN';
  const { scale, offset } = residualOf(architecture, tensor);
  return {
    architecture,
    prefix,
    upper: prefix.toUpperCase(),
    ...{ w1: w.first, w2: w.second, u1: u.first, u2: u.second },
    classifier: { ...matrix('classifier', classes, hiddenSize, tensor('classifier')), sparse: false },
    classifierBias: tensor('classifierBias'),
    biasGate: tensor('biasGate'),
    biasUpdate: tensor(gated ? 'biasUpdate' : 'bias'),
    ...{ scale, offset, gated },
    embedding: vocabulary > 0 ? matrix('embedding', vocabulary, inputSize, tensor('embedding')) : undefined,
    centre: Float32Array.from(affine.centre),
    inputScale: Float32Array.from(affine.scale),
  };
}

/** What the candidate and the past are multiplied with: zeta and nu, alpha and beta, or in a plain RNN 1 and 0. */
function residualOf(
  architecture: Architecture,
  tensor: (name: string) => ArrayLike<number>,
): { readonly scale: number; readonly offset: number } {
  const { cell } = architecture;
  if (cell === 'RNN') return { scale: 1, offset: 0 };
  if (cell === 'FastGRNN') return { scale: sigmoid(tensor('zeta')[0]), offset: sigmoid(tensor('nu')[0]) };
  const { alpha, beta } = residualWeights(architecture, tensor);
  return { scale: alpha, offset: beta };
}
