import { describe, expect, test } from 'vitest';
import { everyBackend } from '../../testing/backends.js';
import { centralDifferences, worstDeviation } from '../../testing/gradients.js';
import {
  engineFor,
  fixedParameters,
  recurrentBase as base,
  recurrentProblem,
  referenceLoss,
  ROWS,
  STEPS,
} from '../../testing/recurrent-problem.js';
import {
  ArchitectureError,
  checkArchitecture,
  recurrentMatrix,
  referenceForward,
  tensorsOf,
  withPlainMatrix,
  type Architecture,
} from '../index.js';
import type { RecurrenceFields } from './recurrence.js';

const backends = await everyBackend();

/** Every recurrence, at both ends of what it can be. */
const recurrences: Record<string, RecurrenceFields> = {
  'oRNN, 1 reflector': { recurrence: 'oRNN', reflectors: 1 },
  'oRNN, 2 reflectors': { recurrence: 'oRNN', reflectors: 2 },
  'oRNN, 3 reflectors': { recurrence: 'oRNN', reflectors: 3 },
  'oRNN, as many as units': { recurrence: 'oRNN', reflectors: 8 },
  SpectralRNN: { recurrence: 'SpectralRNN', reflectors: 5, spectralMargin: 0.3 },
  'SpectralRNN, all singular values 1': { recurrence: 'SpectralRNN', reflectors: 2, spectralMargin: 0 },
  FactoredRNN: { recurrence: 'FactoredRNN', spectralMargin: 0.5 },
  'EURNN, tunable': { recurrence: 'EURNN', capacity: 2 },
  'EURNN, full capacity': { recurrence: 'EURNN', capacity: 4 },
  'EURNN, fft': { recurrence: 'EURNN', arrangement: 'fft' },
};

/** As for other networks (gradient.test.ts). */
const TOLERANCE = 3e-5;

describe.each(Object.entries(recurrences))('%s', (_, fields) => {
  const cells: Partial<Architecture>[] = [
    {},
    { cell: 'RNN' },
    { residual: 'free' },
    { update: 'relu' },
    ...(fields.recurrence === 'EURNN' ? [] : [{ cell: 'FastGRNN' } as const, { cell: 'FastRNN-vector' } as const]),
  ];
  // One of each, and all of them together.
  const shapes: Partial<Architecture>[] = [
    ...[{ wRank: 2 }, { layers: 3 }, { bidirectional: true }].map((shape) => ({ ...shape, residual: 'free' as const })),
    ...cells.map((cell) => ({ ...cell, wRank: 2, layers: 2, bidirectional: true })),
  ];
  test.each([...cells, ...shapes])('gradients equal central differences of the float64 reference: %o', (cell) => {
    const arch: Architecture = { ...base, ...fields, ...cell };
    for (const seed of shapes.includes(cell) ? [1] : [1, 2]) {
      const p = recurrentProblem(arch, seed);
      const expected = centralDifferences((parameters) => referenceLoss(arch, parameters, p), p.parameters);
      for (const at of fixedParameters(arch)) expected[at] = 0;
      expect(expected.filter((x) => Number.isNaN(x)).length).toBeLessThan(expected.length / 10);
      const reference = referenceLoss(arch, Float64Array.from(p.parameters), p);
      for (const { name, kernels } of backends) {
        const engine = engineFor(kernels, arch, p);
        const loss = engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS }) / ROWS;
        expect(Math.abs(loss - reference) / Math.max(1, reference), name).toBeLessThan(5e-6);
        expect(worstDeviation(arch, engine.gradient, expected), name).toBeLessThan(TOLERANCE);
      }
    }
  });
});

describe.each(backends)('a wrong gradient is found: $name', ({ kernels }) => {
  test.each(Object.entries(recurrences))('%s, any tensor off by 0.1 %%, or missing', (_, fields) => {
    const arch: Architecture = { ...base, ...fields };
    const p = recurrentProblem(arch, 5);
    const expected = centralDifferences((parameters) => referenceLoss(arch, parameters, p), p.parameters);
    for (const at of fixedParameters(arch)) expected[at] = 0;
    const engine = engineFor(kernels, arch, p);
    engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS });
    for (const { name, offset, size } of tensorsOf(arch)) {
      if (name === 'USingular' && fields.spectralMargin === 0) continue; // no singular value can move
      for (const factor of [1.001, 0, -1]) {
        const wrong = engine.gradient.slice();
        for (let i = offset; i < offset + size; i++) wrong[i] *= factor;
        expect(worstDeviation(arch, wrong, expected)).toBeGreaterThan(10 * TOLERANCE);
      }
    }
  });
});

test('all exact backends give the same bits', () => {
  for (const fields of Object.values(recurrences)) {
    const arch: Architecture = { ...base, ...fields };
    const bits = backends
      .filter(({ exact }) => exact)
      .map(({ kernels }) => {
        const engine = engineFor(kernels, arch, recurrentProblem(arch, 3));
        engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS });
        return engine.gradient.join();
      });
    expect(new Set(bits).size).toBe(1);
  }
});

type Complex = readonly [number, number];
type Matrix = Complex[][];

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) =>
    b[0].map((_, j) =>
      row.reduce<Complex>(
        ([re, im], [x, y], k) => [re + x * b[k][j][0] - y * b[k][j][1], im + x * b[k][j][1] + y * b[k][j][0]],
        [0, 0],
      ),
    ),
  );
const diagonal = (values: readonly Complex[]): Matrix =>
  values.map((v, i) => values.map((_, j): Complex => (i === j ? v : [0, 0])));
const wave = (angle: number): Complex => [Math.cos(angle), Math.sin(angle)];
const real = (values: ArrayLike<number>, n: number): Matrix =>
  Array.from({ length: values.length / n }, (_, i) =>
    Array.from({ length: n }, (__, j): Complex => [values[i * n + j], 0]),
  );
const turned = (m: Matrix): Matrix => m[0].map((_, j) => m.map((row) => row[j]));

/** The matrix of a recurrence as its paper has it: a product of full matrices, one for each reflector, factor or layer of rotations. */
function publishedMatrix(arch: Architecture, tensor: (name: string) => Float32Array): Matrix {
  const n = arch.hiddenSize;
  const reflectors = (name: string) => {
    const v = tensor(name);
    let q = diagonal(Array.from({ length: n }, () => [1, 0]));
    for (let r = 0; r < v.length / n; r++) {
      const u = v.subarray(r * n, (r + 1) * n);
      const square = u.reduce((sum, x) => sum + x ** 2, 0);
      q = product(
        q,
        q.map((_, i) => q.map((__, j): Complex => [Number(i === j) - (2 * u[i] * u[j]) / square, 0])),
      );
    }
    return q;
  };
  const between = (a: Matrix, b: Matrix) => {
    const r = arch.spectralMargin as number;
    const s = Array.from(tensor('USingular'), (p): Complex => [2 * r * (1 / (1 + Math.exp(-p)) - 0.5) + 1, 0]);
    return product(product(a, diagonal(s)), turned(b));
  };
  if (arch.recurrence === 'oRNN') return reflectors('UReflectors');
  if (arch.recurrence === 'SpectralRNN') return between(reflectors('ULeftReflectors'), reflectors('URightReflectors'));
  if (arch.recurrence === 'FactoredRNN') return between(real(tensor('ULeft'), n), real(tensor('URight'), n));
  const units = n / 2;
  const [theta, phi] = [tensor('UTheta'), tensor('UPhi')];
  let u = diagonal(Array.from({ length: units }, () => [1, 0]));
  for (let layer = 0, first = 0; first < theta.length; layer++, first += units / 2) {
    const f = diagonal(Array.from({ length: units }, () => [1, 0]));
    let at = first;
    for (let i = 0; i < units; i++) {
      // FFT-like: unit i and the one whose number differs in the layer's bit, the highest first. Tunable: (0, 1) ..., then (1, 2) ...
      const j = arch.arrangement === 'fft' ? i ^ (units >> (layer + 1)) : i % 2 === layer % 2 ? i + 1 : -1;
      if (j <= i || j >= units) continue;
      const [[c, s], [x, y]] = [wave(theta[at]), wave(phi[at])];
      [f[i][i], f[i][j]] = [
        [x * c, y * c],
        [-x * s, -y * s],
      ];
      [f[j][i], f[j][j]] = [
        [s, 0],
        [c, 0],
      ];
      at++;
    }
    u = product(u, f);
  }
  return product(u, diagonal(Array.from(tensor('UOmega'), wave)));
}

/** [Re U, -Im U; Im U, Re U], or U itself. */
function realMatrix(u: Matrix, complex: boolean): number[] {
  if (!complex) return u.flat().map(([re]) => re);
  const top = u.map((row) => [...row.map(([re]) => re), ...row.map(([, im]) => -im)]);
  const bottom = u.map((row) => [...row.map(([, im]) => im), ...row.map(([re]) => re)]);
  return [...top, ...bottom].flat();
}

test.each(Object.entries(recurrences))('%s: U is the one that its paper has, and acts on the states', (_, fields) => {
  const arch: Architecture = { ...base, ...fields, inputSize: 8, update: 'relu' };
  const H = arch.hiddenSize;
  const p = recurrentProblem(arch, 9);
  const specs = new Map(tensorsOf(arch).map((t) => [t.name, p.parameters.subarray(t.offset, t.offset + t.size)]));
  const tensor = (name: string) => specs.get(name) as Float32Array;
  const complex = arch.recurrence === 'EURNN';
  const expected = realMatrix(publishedMatrix(arch, tensor), complex);
  recurrentMatrix(arch, tensor).forEach((x, i) => expect(x).toBeCloseTo(expected[i], 12));
  // A step from states h without inputs: relu of numbers above 0 changes none, nor does modReLU without bias.
  tensor('bias').fill(complex ? 0 : 100);
  for (const { name, kernels } of backends) {
    const engine = engineFor(kernels, arch, p);
    const state = (t: number, r: number) => {
      const at = (t * ROWS + r) * engine.stateStride;
      return engine.states.subarray(at, at + H);
    };
    engine.input.fill(0);
    p.inputs.forEach((sequence, r) => state(0, r).set(sequence[0]));
    engine.forward(ROWS, 1, 'resumed');
    for (let r = 0; r < ROWS; r++) {
      const [h, next] = [state(0, r), state(1, r)];
      for (let i = 0; i < H; i++) {
        const own = h.reduce((sum, x, j) => sum + expected[i * H + j] * x, complex ? 0 : 100);
        expect(Math.abs(next[i] - own), name).toBeLessThan(complex ? 2e-6 : 2e-5); // float32, of numbers around 1 and 100
      }
    }
  }
});

describe('architectures', () => {
  const wrong: [Partial<Architecture>, RegExp][] = [
    [{ reflectors: 3 }, /reflectors is for oRNN and SpectralRNN, not for dense/],
    [{ recurrence: 'oRNN', reflectors: 9 }, /reflectors is 9: must be an integer from 1 to 8/],
    [{ recurrence: 'oRNN', uRank: 3 }, /uRank is 3, but oRNN makes U/],
    [{ recurrence: 'SpectralRNN', spectralMargin: 1.5 }, /spectralMargin is 1.5: must be a number from 0 to 1/],
    [{ recurrence: 'FactoredRNN', orthogonalityWeight: 1 }, /orthogonalityWeight is for soft/],
    [{ recurrence: 'EURNN', cell: 'FastGRNN' }, /EURNN, whose units are complex/],
    [{ recurrence: 'EURNN', hiddenSize: 7 }, /hiddenSize is 7: .*must be even/],
    [{ recurrence: 'EURNN', hiddenSize: 12, arrangement: 'fft' }, /hiddenSize is 12: .*power of two/],
    [{ recurrence: 'EURNN', capacity: 5 }, /capacity is 5: must be an integer from 1 to 4/],
  ];
  test.each(wrong)('%o', (fields, message) => {
    expect(() => checkArchitecture({ ...base, ...fields })).toThrow(ArchitectureError);
    expect(() => checkArchitecture({ ...base, ...fields })).toThrow(message);
  });
});

test.each(['oRNN', 'SpectralRNN', 'FactoredRNN'] as const)(
  '%s as a network with a plain matrix says the same',
  (recurrence) => {
    const arch: Architecture = { ...base, recurrence, layers: 2, bidirectional: true };
    const p = recurrentProblem(arch, 11);
    const plain = withPlainMatrix(arch, p.parameters);
    expect(plain.architecture.recurrence).toBeUndefined();
    for (const sequence of p.inputs) {
      const [a, b] = [
        referenceForward(arch, p.parameters, sequence),
        referenceForward(plain.architecture, plain.parameters, sequence),
      ];
      a.logits.forEach((logit, c) => expect(b.logits[c]).toBeCloseTo(logit, 12));
    }
  },
);
