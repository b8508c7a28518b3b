import {
  biasesOf,
  directionsOf,
  gatesOf,
  isGated,
  layerInputSize,
  layersOf,
  tensorPrefix,
  tensorsOf,
  withPlainMatrix,
  type Architecture,
} from '../../network/index.js';
import { cellWeights, type CellWeight } from '../../integer/index.js';
import { transposed } from '../../math/index.js';
import { ExportError } from '../errors.js';

/** A float network and what its inputs go through. */
export interface FloatSource {
  readonly architecture: Architecture;
  /** In the order of `tensorsOf`. */
  readonly parameters: Float32Array;
  /**
   * The network's inputs are (x - centre) * scale of counts x; one for all inputs, or one for each channel of a frame: where a step
   * stacks frames, each of them takes the same.
   */
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

/** W and U of a gate, or of the whole cell where all its gates share them. */
export interface FloatGateMatrices {
  /** What the names of its tensors end in, in lower case: '' of a cell whose gates share them. */
  readonly name: string;
  readonly w2: FloatMatrix | undefined;
  readonly w1: FloatMatrix;
  readonly u2: FloatMatrix | undefined;
  readonly u1: FloatMatrix;
}

/** A cell of the network. */
export interface FloatLayer {
  /** What the names of its tables begin with: the network's prefix, of a stack with the layer's number behind it. */
  readonly own: string;
  /** Where its state begins in that of all layers. */
  readonly at: number;
  /** How many units it has, in C. */
  readonly units: string;
  readonly inputSize: number;
  readonly gates: readonly FloatGateMatrices[];
  /** By the names of their tables, [H] each. */
  readonly biases: ReadonlyMap<string, Float32Array>;
  /** What multiplies the candidate and the past: zeta and nu, or alpha and beta; 1 and 0 in cells that have neither. */
  readonly scale: CellWeight;
  readonly offset: CellWeight;
}

/** Everything that the parts of the float C need to know. */
export interface FloatLayout {
  readonly architecture: Architecture;
  readonly prefix: string;
  /** The prefix in upper case, for macros. */
  readonly upper: string;
  /** The lowest first. */
  readonly layers: readonly FloatLayer[];
  readonly classifier: FloatMatrix;
  readonly classifierBias: Float32Array;
  /** What a layer's scale and offset are called. */
  readonly weightNames: readonly [string, string];
  readonly embedding: FloatMatrix | undefined;
  /** One for all inputs, or one each. */
  readonly centre: Float32Array;
  readonly inputScale: Float32Array;
  /** Whether there is a nonlinearity of gates. */
  readonly gated: boolean;
}

/** @throws ExportError for two directions and complex units, and for numbers that are not finite */
export function floatLayout(source: FloatSource, prefix: string): FloatLayout {
  const { architecture, parameters } = withPlainMatrix(source.architecture, source.parameters);
  const { affine } = source;
  const { inputSize, hiddenSize, vocabulary, classes } = architecture;
  if (directionsOf(architecture) > 1) {
    throw new ExportError(
      'the float C takes one step after the other, and a bidirectional network reads each sequence from its end too; set network.bidirectional to false',
    );
  }
  if (architecture.recurrence === 'EURNN') {
    throw new ExportError('the float C holds no complex units, and an EURNN has them; set network.recurrence to oRNN');
  }
  if (!parameters.every(Number.isFinite))
    throw new ExportError('the model holds parameters that are not finite numbers');
  const specs = new Map(tensorsOf(architecture).map((spec) => [spec.name, spec]));
  const tensor = (name: string): Float32Array => {
    const spec = specs.get(name);
    return Float32Array.from(spec ? parameters.subarray(spec.offset, spec.offset + spec.size) : []);
  };
  return {
    architecture,
    prefix,
    upper: prefix.toUpperCase(),
    layers: Array.from({ length: layersOf(architecture) }, (_, layer) => layerOf(architecture, tensor, prefix, layer)),
    classifier: { ...matrix('classifier', classes, hiddenSize, tensor('classifier')), sparse: false },
    classifierBias: tensor('classifierBias'),
    weightNames: architecture.cell === 'FastGRNN' ? ['zeta', 'nu'] : ['alpha', 'beta'],
    gated: isGated(architecture),
    embedding: vocabulary > 0 ? matrix('embedding', vocabulary, inputSize, tensor('embedding')) : undefined,
    centre: perInput(affine.centre, inputSize),
    inputScale: perInput(affine.scale, inputSize),
  };
}

/** @param layer from 0 */
function layerOf(
  architecture: Architecture,
  tensorOf: (name: string) => Float32Array,
  prefix: string,
  layer: number,
): FloatLayer {
  const { hiddenSize, wRank, uRank } = architecture;
  const alone = layersOf(architecture) === 1;
  const inputSize = layerInputSize(architecture, layer);
  const tensor = (name: string) => tensorOf(tensorPrefix(layer, 0) + name);
  /** W or U: the factor nearer to the hidden units, and the other one, which a model file keeps as [columns][rank]. */
  const map = (letter: 'W' | 'U', gate: string, columns: number, rank: number) => {
    const [name, c] = [`${letter}${gate}`, letter.toLowerCase()];
    const end = gate === '' ? '' : `_${gate.toLowerCase()}`;
    if (rank === 0) return { first: matrix(`${c}${end}`, hiddenSize, columns, tensor(name)), second: undefined };
    return {
      first: matrix(`${c}1${end}`, hiddenSize, rank, tensor(`${name}1`)),
      second: matrix(`${c}2${end}`, rank, columns, transposed(tensor(`${name}2`), columns, rank)),
    };
  };
  const gates = gatesOf(architecture).map((gate) => {
    const [w, u] = [map('W', gate, inputSize, wRank), map('U', gate, hiddenSize, uRank)];
    return { name: gate.toLowerCase(), w1: w.first, w2: w.second, u1: u.first, u2: u.second };
  });
  return {
    own: alone ? prefix : `${prefix}_layer${layer + 1}`,
    at: layer * hiddenSize,
    units: alone ? `${prefix.toUpperCase()}_HIDDEN` : String(hiddenSize),
    inputSize,
    gates,
    biases: new Map(biasesOf(architecture).map((name) => [tableOf(name), tensor(name)])),
    ...cellWeights(architecture, tensor),
  };
}

function matrix(name: string, rows: number, columns: number, values: Float32Array): FloatMatrix {
  const nonzeros = values.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
  const columnBytes = columns > 256 ? 2 : 1;
  return { name, rows, columns, values, sparse: (4 + columnBytes) * nonzeros + rows < 4 * values.length };
}

/** A number for each channel, repeated for each frame that a step stacks; one for all inputs stays one. */
function perInput(channels: ArrayLike<number>, inputSize: number): Float32Array {
  const length = channels.length > 1 ? inputSize : 1;
  return Float32Array.from({ length }, (_, i) => channels[i % channels.length]);
}

/** `bias_gate` of `biasGate`; the bias of a cell with one is that of its update. */
function tableOf(bias: string): string {
  return `bias_${(bias.slice('bias'.length) || 'update').toLowerCase()}`;
}
