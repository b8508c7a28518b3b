import { perUnit, residualWeights } from '../integer/index.js';
import { lowRankProduct, sigmoid } from '../math/index.js';
import { gatesOf, recurrentMatrix, tensorsOf, type Architecture } from '../network/index.js';

/** A network that can't be analysed. */
export class AnalysisError extends Error {
  override name = 'AnalysisError';
}

/** W [H][D] and U [H][H] of a gate. */
export interface GateMatrices {
  readonly W: Float64Array;
  readonly U: Float64Array;
}

/** A network's matrices and vectors in float64, low rank multiplied out. */
export interface Parameters {
  readonly architecture: Architecture;
  /** [H][D] and [H][H]; of a cell whose gates have matrices of their own, the candidate's. */
  readonly W: Float64Array;
  readonly U: Float64Array;
  /** Of such a cell, by the gate's name; empty elsewhere. */
  readonly gates: ReadonlyMap<string, GateMatrices>;
  /** The classifier [L][H] and its bias. */
  readonly V: Float64Array;
  readonly biasV: Float64Array;
  /** FastRNN: equation (2). */
  readonly residual?: { readonly alpha: number; readonly beta: number };
  /** FastGRNN: equation (6), of every unit. */
  readonly gate?: { readonly zeta: Float64Array; readonly nu: Float64Array };
  /** Any other tensor. */
  readonly tensor: (name: string) => Float64Array;
}

/**
 * Takes a network's vector of parameters apart.
 *
 * @throws AnalysisError where it is not what section 3.1.1 is about: one layer, one direction, one class read from the last state
 */
export function parametersOf(architecture: Architecture, parameters: ArrayLike<number>): Parameters {
  check(architecture);
  const tensors = new Map(
    tensorsOf(architecture).map(({ name, offset, size }) => [
      name,
      Float64Array.from({ length: size }, (_, i) => parameters[offset + i]),
    ]),
  );
  const tensor = (name: string): Float64Array => {
    const found = tensors.get(name);
    if (!found) throw new AnalysisError(`a ${architecture.cell} has no ${name}`);
    return found;
  };
  const { inputSize: D, hiddenSize: H, wRank, uRank, cell } = architecture;
  const squashed = (name: string) => perUnit(tensor(name).map(sigmoid), H);
  const matrix = (name: string, columns: number, rank: number) =>
    rank === 0 ? tensor(name) : lowRankProduct(tensor(`${name}1`), tensor(`${name}2`), H, columns, rank);
  const own = gatesOf(architecture).filter((gate) => gate !== '');
  const gates = new Map(
    own.map((gate) => [gate, { W: matrix(`W${gate}`, D, wRank), U: matrix(`U${gate}`, H, uRank) }]),
  );
  const { W, U } = gates.get('Update') ?? { W: matrix('W', D, wRank), U: recurrentMatrix(architecture, tensor) };
  return {
    architecture,
    ...{ W, U, gates },
    V: tensor('classifier'),
    biasV: tensor('classifierBias'),
    ...(cell === 'FastRNN' ? { residual: residualWeights(architecture, tensor) } : {}),
    ...(cell === 'FastGRNN' ? { gate: { zeta: squashed('zeta'), nu: squashed('nu') } } : {}),
    tensor,
  };
}

function check({ head, output, layers = 1, bidirectional = false, vocabulary, recurrence }: Architecture): void {
  const needs = (what: string, is: string) =>
    new AnalysisError(
      `analyse follows section 3.1.1 of the paper, which is of ${what}; this network has ${is}: train one without to analyse it`,
    );
  if (head !== 'softmax' || output !== 'last')
    throw needs('one class read from the last state', `head ${head}, output ${output}`);
  if (layers > 1) throw needs('one cell', `${layers} layers`);
  if (bidirectional) throw needs('one direction', 'two');
  if (recurrence === 'EURNN') throw needs('real units', 'complex ones');
  if (vocabulary > 0) throw needs('inputs that are numbers', 'tokens');
}

/** The Frobenius norm. */
export function frobenius(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return Math.sqrt(sum);
}
