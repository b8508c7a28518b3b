import { describe, expect, test } from 'vitest';
import type { Kernels } from '../../kernels/index.js';
import { Random } from '../../math/index.js';
import { everyBackend } from '../../testing/backends.js';
import { recurrentBase as base } from '../../testing/recurrent-problem.js';
import {
  initialise,
  NetworkEngine,
  Optimiser,
  orthogonalFactors,
  parameterCount,
  recurrentMatrix,
  tensorsOf,
  type Architecture,
} from '../index.js';

const backends = await everyBackend();

/** U as kernels make and use it, in float32: what a step without inputs makes of each unit vector. */
function engineMatrix(kernels: Kernels, arch: Architecture, parameters: Float32Array): Float64Array {
  const { hiddenSize: n, recurrence } = arch;
  const engine = new NetworkEngine(kernels, { ...arch, update: 'relu' }, { rows: 1, steps: 1, training: false });
  engine.parameters.set(parameters);
  const { offset, size } = tensorsOf(arch).find(({ name }) => name === 'bias')!;
  // So far above 0 that relu changes nothing, and so little that it costs 2^-22; modReLU without a bias changes nothing.
  const bias = recurrence === 'EURNN' ? 0 : 2;
  engine.parameters.fill(bias, offset, offset + size);
  engine.input.fill(0);
  const state = (t: number) => engine.states.subarray(t * engine.stateStride, t * engine.stateStride + n);
  const u = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    state(0).fill(0)[j] = 1;
    engine.forward(1, 1, 'resumed');
    state(1).forEach((x, i) => (u[i * n + j] = x - bias));
  }
  return u;
}

/** The largest element of Q Q^T - 1. */
function deviation(q: ArrayLike<number>, n: number): number {
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = i === j ? -1 : 0;
      for (let k = 0; k < n; k++) sum += q[i * n + k] * q[j * n + k];
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  return worst;
}

/** The largest and the smallest |U x| / |x| that power iterations find: singular values, from above and, of the inverse of U^T U's complement, below. */
function singularValues(u: ArrayLike<number>, n: number): { largest: number; smallest: number } {
  const gram = Float64Array.from({ length: n * n }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += u[k * n + Math.floor(at / n)] * u[k * n + (at % n)];
    return sum;
  });
  const dominant = (m: (i: number, j: number) => number) => {
    let v = Float64Array.from({ length: n }, (_, i) => 1 + (i % 7) / 10);
    let value = 0;
    for (let turn = 0; turn < 3000; turn++) {
      const next = v.map((_, i) => v.reduce((sum, x, j) => sum + m(i, j) * x, 0));
      value = Math.sqrt(next.reduce((sum, x) => sum + x * x, 0));
      v = next.map((x) => x / value);
    }
    return value;
  };
  const largest = dominant((i, j) => gram[i * n + j]);
  const shift = largest + 1;
  const smallest = shift - dominant((i, j) => (i === j ? shift : 0) - gram[i * n + j]);
  return { largest: Math.sqrt(largest), smallest: Math.sqrt(smallest) };
}

describe('1000 steps of training', () => {
  const size = 24;
  const trained: Record<string, { fields: Partial<Architecture>; band: number }> = {
    oRNN: { fields: { recurrence: 'oRNN', reflectors: size }, band: 0 },
    SpectralRNN: { fields: { recurrence: 'SpectralRNN', reflectors: 12, spectralMargin: 0.1 }, band: 0.1 },
    FactoredRNN: { fields: { recurrence: 'FactoredRNN', spectralMargin: 0.3 }, band: 0.3 },
    'FactoredRNN, margin 0': { fields: { recurrence: 'FactoredRNN', spectralMargin: 0 }, band: 0 },
    'EURNN, tunable': { fields: { recurrence: 'EURNN', capacity: 6 }, band: 0 },
    'EURNN, fft': { fields: { recurrence: 'EURNN', arrangement: 'fft', hiddenSize: 32 }, band: 0 },
  };

  function train(fields: Partial<Architecture>) {
    const arch: Architecture = { ...base, hiddenSize: size, inputSize: 4, ...fields };
    const { kernels } = backends[backends.length - 1];
    const engine = new NetworkEngine(kernels, arch, { rows: 16, steps: 12, training: true });
    const optimiser = new Optimiser(kernels, parameterCount(arch), orthogonalFactors(arch));
    const random = new Random(7);
    optimiser.parameters.set(initialise(arch, random));
    engine.parameters.set(optimiser.parameters);
    const [first, last] = [{ loss: 0 }, { loss: 0 }];
    for (let step = 0; step < 1000; step++) {
      // Which of three inputs is the largest in the mean: learnt, so that gradients have a direction.
      for (let r = 0; r < 16; r++) {
        const sums = [0, 0, 0];
        for (let t = 0; t < 12; t++) {
          for (let d = 0; d < 4; d++) {
            const x = random.normal();
            engine.input[(t * 16 + r) * engine.inputStride + d] = x;
            if (d < 3) sums[d] += x;
          }
        }
        engine.labels[r] = sums.indexOf(Math.max(...sums));
      }
      const loss = engine.lossAndGradient(16, 12, { batchRows: 16 }) / 16;
      if (step < 50) first.loss += loss / 50;
      if (step >= 950) last.loss += loss / 50;
      optimiser.gradient.fill(0);
      optimiser.addGradient(engine.gradient);
      optimiser.adam({ rate: 0.01 });
      engine.parameters.set(optimiser.parameters);
    }
    const tensors = new Map(
      tensorsOf(arch).map((t) => [t.name, optimiser.parameters.subarray(t.offset, t.offset + t.size)]),
    );
    const tensor = (name: string) => tensors.get(name) as Float32Array;
    return { arch, tensor, parameters: optimiser.parameters, first, last };
  }

  test.each(Object.entries(trained))(
    '%s: what the kernels make is orthogonal to 1e-5, singular values inside their band',
    (_, { fields, band }) => {
      const { arch, tensor, parameters, first, last } = train(fields);
      expect(last.loss).toBeLessThan(0.7 * first.loss);
      const { hiddenSize } = arch;
      const published = recurrentMatrix(arch, tensor);
      for (const { name, kernels } of backends) {
        const u = engineMatrix(kernels, arch, parameters);
        published.forEach((x, i) => expect(Math.abs(u[i] - x), name).toBeLessThan(2e-6));
        const { largest, smallest } = singularValues(u, hiddenSize);
        expect(largest, name).toBeLessThan(1 + band + 1e-5);
        expect(smallest, name).toBeGreaterThan(1 - band - 1e-5);
        if (band === 0) expect(deviation(u, hiddenSize), name).toBeLessThan(1e-5);
      }
      if (fields.recurrence === 'FactoredRNN') {
        expect(deviation(tensor('ULeft'), size)).toBeLessThan(1e-5);
        expect(deviation(tensor('URight'), size)).toBeLessThan(1e-5);
      }
    },
  );

  test('soft orthogonality holds as far as its weight says, and none at all does not', () => {
    const soft = (orthogonalityWeight: number) => {
      const fields = { recurrence: 'FactoredRNN', spectralMargin: 0.1, orthogonality: 'soft' } as const;
      return deviation(train({ ...fields, orthogonalityWeight }).tensor('ULeft'), size);
    };
    const [none, some, much] = [0, 0.01, 1].map(soft);
    expect(none).toBeGreaterThan(0.3);
    expect(some).toBeLessThan(none / 3);
    expect(much).toBeLessThan(some / 3);
  });
});
