import { Random, mean, sigmoid, singularValues, standardDeviation } from '../math/index.js';
import { initialise, type Architecture } from '../network/index.js';
import { streams, type NetworkOnData } from '../training/index.js';
import { gatedTrajectory } from './gated.js';
import { conditionBound, conditions, largestCondition, largestStep } from './condition.js';
import { stateGradients } from './gradients.js';
import { largestInput, normalisedInputs } from './inputs.js';
import { parametersOf, frobenius, type Parameters } from './parameters.js';
import { initialStateBias, lossAndGradientNorm } from './passes.js';
import { theoremsOf, type Theorems } from './theorems.js';
import { trajectoryOf, weightsOf } from './trajectory.js';

/** Median and largest over the recordings that were looked at. */
export interface Spread {
  readonly median: number;
  readonly largest: number;
}

/** What the recurrence does to gradients: the condition of M(U), and how much of the gradient reaches each step. */
export interface Recurrence {
  /** Recordings that were looked at. */
  readonly recordings: number;
  /** By how many steps M(U) spans. */
  readonly conditions: readonly {
    readonly steps: number;
    /** `largestCondition` stands for all that is more. */
    readonly condition: Spread;
    readonly norm: Spread;
    /** Equation (5), the largest of the recordings'; null where it bounds nothing, or there is none for the cell. */
    readonly bound: number | null;
  }[];
  /** max_k ||U^T D_(k+1)||, of all recordings; null of cells whose gates have matrices of their own: they have no such step. */
  readonly largestStep: number | null;
  /** ||dL / dh_t||, mean over the recordings, t from 0 to T. */
  readonly gradientNorms: readonly number[];
}

/** The trained scalars: alpha and beta of FastRNN and FastRNN-vector, zeta and nu of FastGRNN and FastRNN-vector; of vectors the means over the units. */
export interface Scalars {
  readonly alpha?: number;
  readonly beta?: number;
  readonly alphaOverBeta?: number;
  /** |beta - (1 - alpha)| / beta, what section 4 calls the relative error. */
  readonly offTied?: number;
  /** alpha times T: constant over T where alpha is O(1 / T). */
  readonly alphaT?: number;
  readonly zeta?: number;
  readonly nu?: number;
}

/** Everything that is measured of one trained network. */
export interface Analysis {
  readonly architecture: Architecture;
  readonly steps: number;
  readonly scalars: Scalars;
  readonly spectrum: {
    readonly U: readonly number[];
    readonly W: readonly number[];
    readonly frobeniusU: number;
    readonly frobeniusW: number;
    /** Of cells whose gates have matrices of their own: all of them. U and W above are then the candidate's. */
    readonly gates: readonly { readonly gate: string; readonly U: readonly number[]; readonly W: readonly number[] }[];
  };
  readonly recurrence: Recurrence;
  readonly initialState: {
    readonly zero: number;
    readonly drawn: readonly number[];
    readonly mean: number;
    readonly standardDeviation: number;
  };
  /** Null where the theorems are not of the cell. */
  readonly theorems:
    | (Theorems & {
        readonly squaredGradientNorm: number;
        readonly testLoss: number;
        readonly iterationsAre: Iterations['are'];
      })
    | null;
}

/** M of Theorem 3.1. */
export interface Iterations {
  readonly count: number;
  /**
   * `taken`: steps of the optimiser that led to the weights; `planned`: those that the recipe plans, since how many were taken isn't
   * known; `drawn from`: of Algorithm 1, whose result is one of so many iterates.
   */
  readonly are: 'taken' | 'planned' | 'drawn from';
}

/** What is measured, and on what. */
export interface AnalysisTask {
  /** The network on the recordings that it was trained on. */
  readonly train: NetworkOnData;
  /** The same network on the test recordings. */
  readonly test: NetworkOnData;
  /** Test recordings of which Jacobians are multiplied: evenly spread. */
  readonly recordings: number;
  /** Steps of the optimiser, and the seed of the initial network. */
  readonly iterations: Iterations;
  readonly seed: number;
}

/** Measures a trained network: sections 3.1.1 and 4, appendices A and C of the paper. */
export function analyse(task: AnalysisTask): Analysis {
  const { train, test } = task;
  const { architecture } = test;
  const parameters = parametersOf(architecture, test.parameters);
  const { inputSize: D, hiddenSize: H } = architecture;
  const U = [...singularValues(parameters.U, H, H)];
  const { steps } = test.sequences;
  const bias = initialStateBias(test);
  return {
    architecture,
    steps,
    scalars: scalarsOf(parameters, steps),
    spectrum: {
      U,
      W: [...singularValues(parameters.W, H, D)],
      frobeniusU: frobenius(parameters.U),
      frobeniusW: frobenius(parameters.W),
      gates: [...parameters.gates].map(([gate, own]) => ({
        gate,
        U: [...singularValues(own.U, H, H)],
        W: [...singularValues(own.W, H, D)],
      })),
    },
    recurrence: recurrenceOf(parameters, test, task.recordings),
    initialState: { ...bias, mean: mean(bias.drawn), standardDeviation: standardDeviation(bias.drawn) },
    theorems: parameters.residual ? theorems(parameters, task, U[0], train) : null,
  };
}

/** The trained scalars of a network, and how they lie to T; of vectors the means over the units. */
export function scalarsOf(parameters: Parameters, steps: number): Scalars {
  const { architecture, residual, gate, tensor } = parameters;
  if (gate) return { zeta: mean(gate.zeta), nu: mean(gate.nu) };
  if (residual) return weightsFor([residual.alpha], [residual.beta], steps);
  if (architecture.cell !== 'FastRNN-vector') return {};
  const { alpha, beta } = weightsOf(parameters);
  const [zeta, nu] = ['zeta', 'nu'].map((name) => sigmoid(tensor(name)[0]));
  return { ...weightsFor(alpha, beta, steps), zeta, nu };
}

function weightsFor(alpha: ArrayLike<number>, beta: ArrayLike<number>, steps: number): Scalars {
  const over = (of: (a: number, b: number) => number) => mean(Array.from(alpha, (a, i) => of(a, beta[i])));
  return {
    alpha: over((a) => a),
    beta: over((_, b) => b),
    alphaOverBeta: over((a, b) => a / b),
    alphaT: over((a) => a * steps),
    offTied: over((a, b) => Math.abs(b - (1 - a)) / b),
  };
}

/** Multiplies the Jacobians of a few recordings. */
export function recurrenceOf(
  parameters: Parameters,
  on: Omit<NetworkOnData, 'kernels'>,
  recordings: number,
): Recurrence {
  const { sequences, normalisation, rows } = on;
  const count = Math.min(recordings, rows.length);
  const chosen = Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]);
  const looked = chosen.map((row) => {
    const inputs = normalisedInputs(sequences, row, normalisation);
    const shared = parameters.gates.size > 0 ? undefined : trajectoryOf(parameters, inputs);
    const trajectory = shared ?? gatedTrajectory(parameters, inputs);
    return {
      conditions: conditions(trajectory),
      step: shared && largestStep(parameters, shared),
      norms: stateGradients(trajectory, sequences.labels[row]).map(frobenius),
    };
  });
  const largest = parameters.gates.size > 0 ? null : Math.max(...looked.map(({ step = 0 }) => step));
  // Sequences may differ in length: spans that all of them have.
  const shortest = looked.reduce((least, one) => (one.norms.length < least.norms.length ? one : least));
  const { residual } = parameters;
  return {
    recordings: count,
    conditions: shortest.conditions.map(({ steps }, i) => ({
      steps,
      condition: conditionSpread(looked.map((one) => one.conditions[i].condition)),
      norm: spread(looked.map((one) => one.conditions[i].norm)),
      bound: boundOf(residual, largest, steps),
    })),
    largestStep: largest,
    gradientNorms: shortest.norms.map((_, t) => mean(looked.map(({ norms }) => norms[t]))),
  };
}

/** Equation (5); null where it bounds nothing, or there is none. */
function boundOf(residual: Parameters['residual'], largest: number | null, steps: number): number | null {
  if (!residual || largest === null) return null;
  const bound = conditionBound(residual.alpha, residual.beta, largest, steps);
  return bound !== undefined && Number.isFinite(bound) ? bound : null;
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = Number.isInteger(middle) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)];
  return { median, largest: sorted[sorted.length - 1] };
}

/** That of condition numbers: half of a number that float64 can't tell is none that was measured, so such a median ends with it. */
function conditionSpread(values: readonly number[]): Spread {
  const { median, largest } = spread(values);
  const beyond = values.filter((value) => value >= largestCondition).length;
  return { median: 2 * beyond >= values.length ? largestCondition : median, largest };
}

function theorems(parameters: Parameters, task: AnalysisTask, spectralNorm: number, train: NetworkOnData) {
  const { iterations, seed, test } = task;
  const start = initialise(train.architecture, new Random(seed, streams.initialise));
  const { loss, squaredNorm } = lossAndGradientNorm(train);
  const facts = {
    steps: train.sequences.steps,
    recordings: train.rows.length,
    inputNorm: largestInput(train.sequences, train.rows, train.normalisation),
    iterations: iterations.count,
    initialLoss: lossAndGradientNorm({ ...train, parameters: start }).loss,
    trainingLoss: loss,
    spectralNorm,
  };
  return {
    ...theoremsOf(parameters, facts),
    squaredGradientNorm: squaredNorm,
    testLoss: lossAndGradientNorm(test).loss,
    iterationsAre: iterations.are,
  };
}
