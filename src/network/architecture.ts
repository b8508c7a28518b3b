import type { Nonlinearity } from '../kernels/index.js';
import { recurrenceOf, recurrenceProblems, recurrenceTensors, type RecurrenceFields } from './recurrence/recurrence.js';

/** The recurrent cells. */
export const CELLS = ['FastGRNN', 'FastRNN', 'FastRNN-vector', 'RNN', 'UGRNN', 'GRU', 'LSTM'] as const;

export type CellName = (typeof CELLS)[number];

/** What a network is made of. Sizes count units; a rank of 0 means a full matrix instead of two factors. */
export interface Architecture extends RecurrenceFields {
  readonly cell: CellName;
  /** D, the features of one time step. */
  readonly inputSize: number;
  /** H, the hidden units of each layer and direction. */
  readonly hiddenSize: number;
  /** Cells one above the other, each reading the states of the one below. Absent: 1. */
  readonly layers?: number;
  /** Whether each layer has a second cell that reads the sequence from its end; what is above reads [forward; backward]. Absent: no. */
  readonly bidirectional?: boolean;
  /** r_w: W = W1 W2^T with W1 [H, r_w] and W2 [D, r_w]. */
  readonly wRank: number;
  /** r_u: U = U1 U2^T with U1, U2 [H, r_u]; 0 where `recurrence` makes U. */
  readonly uRank: number;
  /** The nonlinearity of gates (FastGRNN, UGRNN, GRU, LSTM). */
  readonly gate: Nonlinearity;
  /** The nonlinearity of the candidate state; of the RNN's state itself; of the LSTM's c_t too. EURNN has modReLU in its place. */
  readonly update: Nonlinearity;
  /** FastRNN: alpha and beta both learnt, beta = 1 - alpha, or neither learnt. FastGRNN: zeta and nu learnt (free), or 1 and 0 (tied). */
  readonly residual: 'free' | 'tied' | 'fixed';
  /** FastRNN with a fixed residual: the weights themselves, not before a sigmoid. alpha 1, beta 0 is a plain RNN. */
  readonly alpha?: number;
  readonly beta?: number;
  /** FastGRNN alone: whether zeta and nu are vectors, a number a unit, as EdgeML's users ask for. Absent: one number each. */
  readonly vectorZetaNu?: boolean;
  /** GRU alone: whether the reset gate comes before the recurrent product or after it, which it does without this field. */
  readonly reset?: 'before' | 'after';
  /** LSTM alone: the first value of the forget gate's bias; 1 without it. */
  readonly forgetBias?: number;
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

/** An architecture's fields for a stack; a network of one layer in one direction has none, as before there were stacks. */
export function stackFields(layers: number, bidirectional: boolean): Pick<Architecture, 'layers' | 'bidirectional'> {
  return { ...(layers > 1 ? { layers } : {}), ...(bidirectional ? { bidirectional } : {}) };
}

/** What a tensor is for: sparsity concerns matrices, weight decay matrices and classifiers. A transform makes a matrix of itself. */
export type TensorRole = 'embedding' | 'matrix' | 'transform' | 'bias' | 'scalar' | 'classifier' | 'classifierBias';

/** A tensor's place in the flat vector of parameters: `size` floats from `offset` on, row-major. */
export interface TensorSpec {
  /** `local`, after the prefix of its layer and direction. */
  readonly name: string;
  /** The name within its cell, or of the network as a whole. */
  readonly local: string;
  /** From 0. The head is at the last one, an embedding at the first. */
  readonly layer: number;
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
    field: 'inputSize' | 'hiddenSize' | 'wRank' | 'uRank' | 'vocabulary' | 'classes' | 'layers',
    least: number,
    most: number,
    why = '',
  ) => {
    const value = arch[field] ?? 1;
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new ArchitectureError(`${field} is ${value}: must be an integer from ${least} to ${most}${why}`);
    }
  };
  whole('inputSize', 1, 65536);
  whole('hiddenSize', 1, 65536);
  whole('wRank', 0, Math.min(arch.inputSize, arch.hiddenSize), `, as W is ${arch.hiddenSize} by ${arch.inputSize}`);
  whole('uRank', 0, arch.hiddenSize, `, as U is ${arch.hiddenSize} by ${arch.hiddenSize}`);
  whole('vocabulary', 0, 32767);
  whole('classes', 1, 65536);
  whole('layers', 1, maximumLayers);
  const among = (field: 'cell' | 'head' | 'output', allowed: readonly string[]) => {
    if (!allowed.includes(arch[field])) {
      throw new ArchitectureError(`${field} is ${arch[field]}: must be one of ${allowed.join(', ')}`);
    }
  };
  among('cell', CELLS);
  among('head', ['softmax', 'sigmoid', 'regression']);
  among('output', ['last', 'every', 'mean']);
  if (arch.vectorZetaNu && arch.cell !== 'FastGRNN') {
    throw new ArchitectureError(`vectorZetaNu is true: only FastGRNN has zeta and nu a unit, the cell is ${arch.cell}`);
  }
  const [wrong] = recurrenceProblems(arch);
  if (wrong) throw new ArchitectureError(`${wrong.field} ${wrong.problem}`);
}

/** Cells one above the other, at most. */
const maximumLayers = 8;

export const layersOf = ({ layers = 1 }: Pick<Architecture, 'layers'>): number => layers;

/** Cells of each layer: 1, or 2 where the second one reads backwards. */
export const directionsOf = ({ bidirectional }: Pick<Architecture, 'bidirectional'>): number => (bidirectional ? 2 : 1);

/** Cells of all layers. */
export const cellsOf = (arch: Architecture): number => layersOf(arch) * directionsOf(arch);

/** What a layer hands on at each step, and what the head reads: the states of its directions, one after the other. */
export const outputSize = (arch: Pick<Architecture, 'hiddenSize' | 'bidirectional'>): number =>
  arch.hiddenSize * directionsOf(arch);

/** The values that a layer reads at each step. */
export const layerInputSize = (
  arch: Pick<Architecture, 'hiddenSize' | 'bidirectional' | 'inputSize'>,
  layer: number,
): number => (layer === 0 ? arch.inputSize : outputSize(arch));

/**
 * What stands before the names of a cell's tensors: nothing for the first layer's forward direction, `backward.`, `layer2.`,
 * `layer2.backward.` and so on for the others.
 */
export function tensorPrefix(layer: number, direction: number): string {
  return (layer > 0 ? `layer${layer + 1}.` : '') + (direction > 0 ? 'backward.' : '');
}

/**
 * The tensors of a network in their order in the flat vector of parameters (a model file finds them by name): the embedding
 * [V, D] of tokens, then of each layer and direction W or W1 and W2 of each gate that has matrices of its own, U or U1 and U2 of
 * each or what a recurrence makes U of, biases, scalars (before the sigmoid that the paper prescribes), then the classifier [L, H] and
 * its bias. In a stack the names have prefixes (`tensorPrefix`), W of a
 * layer above the first is [H, H], and where there are two directions what reads both has 2 H columns.
 */
export function tensorsOf(arch: Architecture): TensorSpec[] {
  checkArchitecture(arch);
  const { hiddenSize: H, wRank, uRank, classes: L } = arch;
  const tensors: TensorSpec[] = [];
  let offset = 0;
  let [layer, prefix] = [0, ''];
  const add = (local: string, role: TensorRole, ...shape: number[]) => {
    const size = shape.reduce((product, n) => product * n, 1);
    tensors.push({ name: prefix + local, local, layer, shape, role, offset, size });
    offset += size;
  };
  const matrix = (name: string, inputs: number, rank: number) => {
    if (rank === 0) add(name, 'matrix', H, inputs);
    else {
      add(`${name}1`, 'matrix', H, rank);
      add(`${name}2`, 'matrix', inputs, rank);
    }
  };
  const recurrence = recurrenceOf(arch);
  const cell = () => {
    for (const gate of gatesOf(arch)) matrix(`W${gate}`, layerInputSize(arch, layer), wRank);
    if (recurrence.kind === 'dense') for (const gate of gatesOf(arch)) matrix(`U${gate}`, H, uRank);
    for (const { name, role, shape } of recurrenceTensors(recurrence, H)) add(name, role, ...shape);
    for (const bias of biasesOf(arch)) add(bias, 'bias', recurrence.kind === 'EURNN' ? recurrence.units : H);
    if (arch.cell === 'FastRNN-vector') add('alpha', 'scalar', H);
    for (const scalar of scalarsOf(arch)) {
      if (arch.vectorZetaNu) add(scalar, 'scalar', H);
      else add(scalar, 'scalar');
    }
  };
  if (arch.vocabulary > 0) add('embedding', 'embedding', arch.vocabulary, arch.inputSize);
  for (layer = 0; layer < layersOf(arch); layer++) {
    for (let direction = 0; direction < directionsOf(arch); direction++) {
      prefix = tensorPrefix(layer, direction);
      cell();
    }
  }
  [layer, prefix] = [layer - 1, ''];
  add('classifier', 'classifier', L, outputSize(arch));
  add('classifierBias', 'classifierBias', L);
  return tensors;
}

/** The parameters' tensors by name: views of `parameters`, which lie in the order of `tensorsOf`. */
export function tensorsByName<T extends Float32Array | Float64Array>(
  arch: Architecture,
  parameters: T,
): Map<string, T> {
  return new Map(
    tensorsOf(arch).map(({ name, offset, size }) => [name, parameters.subarray(offset, offset + size) as T]),
  );
}

/** The fields that only some cells have, as far as they are given: `undefined` leaves a field out. */
export function optionalFields(fields: { readonly [F in OptionalField]?: Architecture[F] | undefined }): Pick<
  Architecture,
  OptionalField
> {
  const { alpha, beta, vectorZetaNu, reset, forgetBias } = fields;
  return {
    ...(alpha === undefined ? {} : { alpha }),
    ...(beta === undefined ? {} : { beta }),
    ...(vectorZetaNu ? { vectorZetaNu } : {}),
    ...(reset === undefined ? {} : { reset }),
    ...(forgetBias === undefined ? {} : { forgetBias }),
  };
}

type OptionalField = 'alpha' | 'beta' | 'vectorZetaNu' | 'reset' | 'forgetBias';

/** What the names of the matrices of each gate end in; '' where one W and one U serve the whole cell. */
export function gatesOf({ cell }: Pick<Architecture, 'cell'>): readonly string[] {
  if (cell === 'UGRNN') return ['Gate', 'Update'];
  if (cell === 'GRU') return ['Reset', 'Gate', 'Update'];
  if (cell === 'LSTM') return ['Input', 'Forget', 'Update', 'Output'];
  return [''];
}

/** The biases, in their order: of cells with several gates, kernels take them as one matrix. */
export function biasesOf(arch: Architecture): readonly string[] {
  if (arch.cell === 'FastGRNN') return ['biasGate', 'biasUpdate'];
  const own = gatesOf(arch).map((gate) => `bias${gate}`);
  return arch.cell === 'GRU' && resetOf(arch) === 'after' ? [...own, 'biasRecurrent'] : own;
}

function scalarsOf({ cell, residual }: Architecture): readonly string[] {
  if (cell === 'FastGRNN' || cell === 'FastRNN-vector') return ['zeta', 'nu'];
  if (cell === 'FastRNN') return { free: ['alpha', 'beta'], tied: ['alpha'], fixed: [] }[residual];
  return [];
}

/** Of a GRU: whether the reset gate comes before or after the recurrent product. */
export function resetOf({ reset = 'after' }: Pick<Architecture, 'reset'>): 'before' | 'after' {
  return reset;
}

/** Whether the cell has gates, and so a nonlinearity of theirs. */
export function isGated({ cell }: Pick<Architecture, 'cell'>): boolean {
  return cell === 'FastGRNN' || cell === 'UGRNN' || cell === 'GRU' || cell === 'LSTM';
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
