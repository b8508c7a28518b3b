import { paperSize, type CountedMatrix, type PaperSize } from '../compression/index.js';
import { packedBytes } from '../firmware/index.js';
import { integerGates, integerLayers, type IntegerMatrix, type IntegerNetwork } from '../integer/index.js';
import { gatesOf, tensorPrefix, tensorsOf, type Architecture } from '../network/index.js';

/** The size of a network in the paper's accounting, and its nonzero weights. */
export interface NetworkSize {
  readonly paper: PaperSize;
  /** Nonzero weights of all matrices, classifier and embedding among them. */
  readonly nonzeros: number;
  /** Nonzero weights of W and U: multiplications of one step. */
  readonly recurrentNonzeros: number;
}

/** Counts the nonzeros of the integer network; a weight that rounds to 0 is none. A U that was made of other parameters counts as the matrix. */
export function networkSize(network: IntegerNetwork, architecture: Architecture): NetworkSize {
  const matrices = integerLayers(network)
    .flatMap((own, layer) =>
      integerGates(own).flatMap(({ w1, w2, u1, u2 }, gate) =>
        [
          { letter: 'W', factor: own.wRank > 0 ? '1' : '', matrix: w1 },
          { letter: 'W', factor: '2', matrix: w2 },
          { letter: 'U', factor: own.uRank > 0 ? '1' : '', matrix: u1 },
          { letter: 'U', factor: '2', matrix: u2 },
        ].map(({ letter, factor, matrix }) => ({
          name: tensorPrefix(layer, 0) + letter + gatesOf(own)[gate] + factor,
          matrix,
        })),
      ),
    )
    .flatMap(({ name, matrix }) => (matrix ? [counted(name, matrix, network)] : []));
  const head = counted('classifier', network.classifier, network);
  // The paper counts every entry of it; here it may be packed, or so sparse that 4 bits an entry take more.
  const ownHead = network.storage.weightBits === 4 || head.packedBytes !== undefined ? [head] : [];
  const others = tensorsOf(architecture)
    .filter((tensor) => !['matrix', 'transform', 'embedding'].includes(tensor.role))
    .filter((tensor) => tensor.name !== ownHead[0]?.name)
    .map((tensor) => ({ name: tensor.name, entries: tensor.size }));
  // Looked up, not multiplied: an embedding counts for the size alone.
  const embedding = (network.embedding ? [network.embedding] : []).map(({ values }) => ({
    name: 'embedding',
    entries: values.length,
    nonzeros: countNonzeros(values),
  }));
  const recurrentNonzeros = matrices.reduce((sum, { nonzeros }) => sum + nonzeros, 0);
  return {
    paper: paperSize([...embedding, ...matrices, ...ownHead], others),
    recurrentNonzeros,
    nonzeros: recurrentNonzeros + countNonzeros(network.classifier.values) + (embedding[0]?.nonzeros ?? 0),
  };
}

function counted(name: string, matrix: IntegerMatrix, network: IntegerNetwork): CountedMatrix {
  const nonzeros = countNonzeros(matrix.values);
  return { name, entries: matrix.values.length, nonzeros, packedBytes: packedBytes(matrix, network.storage) };
}

function countNonzeros(values: Int8Array): number {
  let count = 0;
  for (const value of values) if (value !== 0) count++;
  return count;
}
