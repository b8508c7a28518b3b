import type { Nonlinearity } from '../kernels/index.js';

/** What a network is made of. Sizes count units; a rank of 0 means a full matrix instead of two factors. */
export interface Architecture {
  readonly cell: 'FastGRNN' | 'FastRNN';
  /** D, the features of one time step. */
  readonly inputSize: number;
  /** H, the hidden units. */
  readonly hiddenSize: number;
  /** r_w: W = W1 W2^T with W1 [H, r_w] and W2 [D, r_w]. */
  readonly wRank: number;
  /** r_u: U = U1 U2^T with U1, U2 [H, r_u]. */
  readonly uRank: number;
  /** The nonlinearity of z (FastGRNN alone). */
  readonly gate: Nonlinearity;
  /** The nonlinearity of the candidate state h~. */
  readonly update: Nonlinearity;
  /** FastRNN alone: alpha and beta both learnt, beta = 1 - alpha, or neither learnt. */
  readonly residual: 'free' | 'tied' | 'fixed';
  /** FastRNN with a fixed residual: the weights themselves, not before a sigmoid. alpha 1, beta 0 is a plain RNN. */
  readonly alpha?: number;
  readonly beta?: number;
  /** What the outputs are: one class of L, any of L labels, or L values. */
  readonly head: 'softmax' | 'sigmoid' | 'regression';
  /** Which state the head reads: each sequence's last one, every one, or the mean of all. */
  readonly output: 'last' | 'every' | 'mean';
  /** 0: inputs are numbers. V > 0: each step's input is a token from 0 to V - 1, and D the size of its embedding. */
  readonly vocabulary: number;
  /** L, the outputs of the head: classes, labels or values. */
  readonly classes: number;
}

/** The head and the inputs that most networks have: one class, read from the last state, of inputs that are numbers. */
export const plainHead = { head: 'softmax', output: 'last', vocabulary: 0 } as const;

/** What a tensor is for: sparsity concerns matrices, weight decay matrices and classifiers. */
export type TensorRole = 'embedding' | 'matrix' | 'bias' | 'scalar' | 'classifier' | 'classifierBias';

/** A tensor's place in the flat vector of parameters: `size` floats from `offset` on, row-major. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: TensorRole;
  readonly offset: number;
  readonly size: number;
}

/** The architecture can't be built. The message names the field, its value and what is allowed. */
export class ArchitectureError extends Error {
  override name = 'ArchitectureError';
}

/** Throws `ArchitectureError` unless every size is an integer in range, and cell, head and output are ones that exist. */
export function checkArchitecture(arch: Architecture): void {
  const whole = (
    field: 'inputSize' | 'hiddenSize' | 'wRank' | 'uRank' | 'vocabulary' | 'classes',
    least: number,
    most: number,
  ) => {
    const value = arch[field];
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new ArchitectureError(`${field} is ${value}: must be an integer from ${least} to ${most}`);
    }
  };
  whole('inputSize', 1, 65536);
  whole('hiddenSize', 1, 65536);
  whole('wRank', 0, Math.min(arch.inputSize, arch.hiddenSize));
  whole('uRank', 0, arch.hiddenSize);
  whole('vocabulary', 0, 32767);
  whole('classes', 1, 65536);
  const among = (field: 'cell' | 'head' | 'output', allowed: readonly string[]) => {
    if (!allowed.includes(arch[field])) {
      throw new ArchitectureError(`${field} is ${arch[field]}: must be one of ${allowed.join(', ')}`);
    }
  };
  among('cell', ['FastGRNN', 'FastRNN']);
  among('head', ['softmax', 'sigmoid', 'regression']);
  among('output', ['last', 'every', 'mean']);
}

/**
 * The tensors of a network in their order in the flat vector of parameters (a model file finds them by name): the embedding
 * [V, D] of tokens, W or W1 and W2, U or U1 and U2, biases, scalars (before the sigmoid that the paper prescribes),
 * classifier [L, H] and its bias.
 */
export function tensorsOf(arch: Architecture): TensorSpec[] {
  checkArchitecture(arch);
  const { inputSize: D, hiddenSize: H, wRank, uRank, classes: L } = arch;
  const tensors: TensorSpec[] = [];
  let offset = 0;
  const add = (name: string, role: TensorRole, ...shape: number[]) => {
    const size = shape.reduce((product, n) => product * n, 1);
    tensors.push({ name, shape, role, offset, size });
    offset += size;
  };
  const matrix = (name: string, inputs: number, rank: number) => {
    if (rank === 0) add(name, 'matrix', H, inputs);
    else {
      add(`${name}1`, 'matrix', H, rank);
      add(`${name}2`, 'matrix', inputs, rank);
    }
  };
  if (arch.vocabulary > 0) add('embedding', 'embedding', arch.vocabulary, D);
  matrix('W', D, wRank);
  matrix('U', H, uRank);
  if (arch.cell === 'FastGRNN') {
    add('biasGate', 'bias', H);
    add('biasUpdate', 'bias', H);
    add('zeta', 'scalar');
    add('nu', 'scalar');
  } else {
    add('bias', 'bias', H);
    if (arch.residual !== 'fixed') add('alpha', 'scalar');
    if (arch.residual === 'free') add('beta', 'scalar');
  }
  add('classifier', 'classifier', L, H);
  add('classifierBias', 'classifierBias', L);
  return tensors;
}

/** Floats in the flat vector of parameters. */
export function parameterCount(arch: Architecture): number {
  const last = tensorsOf(arch).at(-1) as TensorSpec;
  return last.offset + last.size;
}

/** alpha and beta of a FastRNN whose residual is fixed: as given, else sigmoid(-3) and 1 - alpha. */
export function fixedResidual(arch: Architecture): { alpha: number; beta: number } {
  const alpha = arch.alpha ?? 0.04742587317756678;
  return { alpha, beta: arch.beta ?? 1 - alpha };
}
