import { describe, expect, test } from 'vitest';
import { Random } from '../../math/index.js';
import { everyBackend } from '../../testing/backends.js';
import { centralDifferences, worstDeviation } from '../../testing/gradients.js';
import { initialise, NetworkEngine, plainHead, referenceForward, tensorsOf, type Architecture } from '../index.js';
import type { RecurrenceFields } from './recurrence.js';

const backends = await everyBackend();
const [ROWS, STEPS] = [3, 4];

const base: Architecture = {
  ...{ cell: 'FastRNN', inputSize: 3, hiddenSize: 8, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  ...{ residual: 'fixed', alpha: 1, beta: 0, ...plainHead, classes: 3 },
};

/** Every recurrence, at both ends of what it can be. */
const recurrences: Record<string, RecurrenceFields> = {
  'oRNN, 1 reflector': { recurrence: 'oRNN', reflectors: 1 },
  'oRNN, 3 reflectors': { recurrence: 'oRNN', reflectors: 3 },
  'oRNN, as many as units': { recurrence: 'oRNN', reflectors: 8 },
  SpectralRNN: { recurrence: 'SpectralRNN', reflectors: 5, spectralMargin: 0.3 },
  'SpectralRNN, all singular values 1': { recurrence: 'SpectralRNN', reflectors: 2, spectralMargin: 0 },
  FactoredRNN: { recurrence: 'FactoredRNN', spectralMargin: 0.5 },
  'EURNN, tunable': { recurrence: 'EURNN', capacity: 2 },
  'EURNN, full capacity': { recurrence: 'EURNN', capacity: 4 },
  'EURNN, fft': { recurrence: 'EURNN', arrangement: 'fft' },
};

function problem(arch: Architecture, seed: number) {
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

type Problem = ReturnType<typeof problem>;

function referenceLoss(arch: Architecture, parameters: Float64Array, { inputs, labels }: Problem): number {
  const losses = inputs.map((sequence, r) => {
    const { logits } = referenceForward(arch, parameters, sequence);
    return Math.log(logits.reduce((s, x) => s + Math.exp(x), 0)) - logits[labels[r]];
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / ROWS;
}

function engineFor(kernels: (typeof backends)[number]['kernels'], arch: Architecture, p: Problem) {
  const engine = new NetworkEngine(kernels, arch, { rows: ROWS, steps: STEPS, training: true });
  engine.parameters.set(p.parameters);
  engine.labels.set(p.labels);
  p.inputs.forEach((sequence, r) =>
    sequence.forEach((x, t) => engine.input.set(x, (t * ROWS + r) * engine.inputStride)),
  );
  return engine;
}

/** The numbers that the recurrence takes for 0: before a reflector's own, and in one of a single number, of which only the sign counts. */
function fixed(arch: Architecture): Set<number> {
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

/** As for other networks (gradient.test.ts). */
const TOLERANCE = 3e-5;

describe.each(Object.entries(recurrences))('%s', (_, fields) => {
  const cells: Partial<Architecture>[] = [
    {},
    { residual: 'free' },
    { update: 'relu' },
    ...(fields.recurrence === 'EURNN' ? [] : [{ cell: 'FastGRNN' } as const]),
  ];
  test.each(cells)('gradients equal central differences of the float64 reference: %o', (cell) => {
    const arch: Architecture = { ...base, ...fields, ...cell };
    for (const seed of [1, 2]) {
      const p = problem(arch, seed);
      const expected = centralDifferences((parameters) => referenceLoss(arch, parameters, p), p.parameters);
      for (const at of fixed(arch)) expected[at] = 0;
      expect(expected.filter((x) => Number.isNaN(x)).length).toBeLessThan(expected.length / 10);
      for (const { name, kernels } of backends) {
        const engine = engineFor(kernels, arch, p);
        const loss = engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS }) / ROWS;
        expect(loss, name).toBeCloseTo(referenceLoss(arch, Float64Array.from(p.parameters), p), 5);
        expect(worstDeviation(arch, engine.gradient, expected), name).toBeLessThan(TOLERANCE);
      }
    }
  });
});
