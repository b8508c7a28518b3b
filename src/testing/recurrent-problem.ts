import { Random } from '../math/index.js';
import {
  initialise,
  NetworkEngine,
  plainHead,
  referenceForward,
  tensorsOf,
  type Architecture,
  type Limits,
} from '../network/index.js';
import type { Kernels } from '../kernels/index.js';

/** A small FastRNN that is a plain RNN, of whatever recurrence is added to it. */
export const recurrentBase: Architecture = {
  ...{ cell: 'FastRNN', inputSize: 3, hiddenSize: 8, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  ...{ residual: 'fixed', alpha: 1, beta: 0, ...plainHead, classes: 3 },
};

/** Rows and steps of a problem. */
export const [ROWS, STEPS] = [3, 4];

/** A few short sequences with classes, and parameters of a size at which everything counts: for tests of recurrences. */
export function recurrentProblem(arch: Architecture, seed: number) {
  const random = new Random(seed);
  const parameters = initialise(arch, random);
  for (const { name, role, offset, size } of tensorsOf(arch)) {
    for (let i = offset; i < offset + size; i++) {
      if (role === 'matrix' || role === 'classifier') parameters[i] = 0.6 * random.normal();
      if (role === 'bias' || role === 'classifierBias') parameters[i] = 0.3 * random.normal();
      if (role === 'scalar' || name === 'USingular') parameters[i] = random.normal();
    }
  }
  const inputs = Array.from({ length: ROWS }, () =>
    Array.from({ length: STEPS }, () => Float32Array.from({ length: arch.inputSize }, () => random.normal())),
  );
  return { parameters, inputs, labels: inputs.map(() => random.below(arch.classes)) };
}

/** What `recurrentProblem` gives. */
export type RecurrentProblem = ReturnType<typeof recurrentProblem>;

/** The float64 reference's mean loss. */
export function referenceLoss(
  arch: Architecture,
  parameters: Float64Array,
  { inputs, labels }: RecurrentProblem,
): number {
  const losses = inputs.map((sequence, r) => {
    const { logits } = referenceForward(arch, parameters, sequence);
    return Math.log(logits.reduce((s, x) => s + Math.exp(x), 0)) - logits[labels[r]];
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / ROWS;
}

/** An engine with the problem in it. */
export function engineFor(kernels: Kernels, arch: Architecture, p: RecurrentProblem, limits: Partial<Limits> = {}) {
  const engine = new NetworkEngine(kernels, arch, { rows: ROWS, steps: STEPS, training: true, ...limits });
  engine.parameters.set(p.parameters);
  engine.labels.set(p.labels);
  p.inputs.forEach((sequence, r) =>
    sequence.forEach((x, t) => engine.input.set(x, (t * ROWS + r) * engine.inputStride)),
  );
  return engine;
}

/** The numbers that the recurrence takes for 0: before a reflector's own, and in one of a single number, of which only the sign counts. */
export function fixedParameters(arch: Architecture): Set<number> {
  const places = new Set<number>();
  for (const { name, offset, shape } of tensorsOf(arch)) {
    const [rows, columns] = shape;
    if (!name.endsWith('Reflectors')) continue;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) if (j < i || i === columns - 1) places.add(offset + i * columns + j);
    }
  }
  return places;
}
