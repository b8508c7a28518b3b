import { beforeAll, describe, expect, test } from 'vitest';
import { loadKernels, type Kernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { Optimiser } from './index.js';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

const LENGTH = 37;
const STEPS = 12;

function setUp() {
  const random = new Random(7);
  const values = () => Float32Array.from({ length: LENGTH }, () => random.normal());
  const optimiser = new Optimiser(kernels, LENGTH);
  optimiser.parameters.set(values());
  optimiser.decay.fill(0, 20);
  const gradients = Array.from({ length: STEPS }, values);
  return { optimiser, gradients, start: Float64Array.from(optimiser.parameters) };
}

/** Twelve steps in float32 drift by a few roundings of values near 1: 12 * 6e-8, with room. */
function expectClose(actual: Float32Array, expected: Float64Array): void {
  actual.forEach((x, i) => expect(Math.abs(x - expected[i])).toBeLessThan(3e-6));
}

describe('steps equal float64 references', () => {
  test('Adam with decoupled weight decay', () => {
    const { optimiser, gradients, start: p } = setUp();
    const [m, v] = [new Float64Array(LENGTH), new Float64Array(LENGTH)];
    const [rate, weightDecay, beta1, beta2, epsilon] = [0.05, 0.1, 0.8, 0.95, 1e-6];
    gradients.forEach((g, step) => {
      optimiser.gradient.set(g);
      optimiser.adam({ rate, weightDecay, beta1, beta2, epsilon });
      for (let i = 0; i < LENGTH; i++) {
        if (i < 20) p[i] -= rate * weightDecay * p[i];
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] ** 2;
        const [mHat, vHat] = [m[i] / (1 - beta1 ** (step + 1)), v[i] / (1 - beta2 ** (step + 1))];
        p[i] -= (rate * mHat) / (Math.sqrt(vHat) + epsilon);
      }
    });
    expectClose(optimiser.parameters, p);
    expectClose(optimiser.first, m);
    expectClose(optimiser.second, v);
  });

  test.each([
    { momentum: 0, nesterov: false },
    { momentum: 0.9, nesterov: false },
    { momentum: 0.9, nesterov: true },
  ])('momentum $momentum, Nesterov $nesterov', ({ momentum, nesterov }) => {
    const { optimiser, gradients, start: p } = setUp();
    const velocity = new Float64Array(LENGTH);
    for (const g of gradients) {
      optimiser.gradient.set(g);
      optimiser.momentum({ rate: 0.02, weightDecay: 0.1, momentum, nesterov });
      for (let i = 0; i < LENGTH; i++) {
        if (i < 20) p[i] -= 0.02 * 0.1 * p[i];
        velocity[i] = momentum * velocity[i] + g[i];
        p[i] -= 0.02 * (nesterov ? g[i] + momentum * velocity[i] : velocity[i]);
      }
    }
    expectClose(optimiser.parameters, p);
  });
});

test('outside its support a parameter is exactly 0, and stays so', () => {
  for (const step of ['adam', 'momentum'] as const) {
    const { optimiser, gradients } = setUp();
    optimiser.support.forEach((_, i) => (optimiser.support[i] = i % 3 === 0 ? 0 : 1));
    for (const g of gradients) {
      optimiser.gradient.set(g);
      optimiser[step]({ rate: 0.1, momentum: 0.9 });
      const outside = optimiser.parameters.filter((_, i) => i % 3 === 0);
      expect(outside.every((x) => Object.is(x, 0))).toBe(true);
      expect(optimiser.parameters.filter((_, i) => i % 3 !== 0).every((x) => x !== 0)).toBe(true);
    }
  }
});

test('a saved optimiser goes on to the bit', () => {
  const { optimiser, gradients } = setUp();
  const run = (o: Optimiser, from: number, to: number) => {
    for (const g of gradients.slice(from, to)) {
      o.gradient.set(g);
      o.adam({ rate: 0.01, weightDecay: 0.01 });
    }
  };
  run(optimiser, 0, 5);
  const restored = new Optimiser(kernels, LENGTH);
  for (const name of ['parameters', 'first', 'second', 'decay'] as const) restored[name].set(optimiser[name]);
  restored.state = optimiser.state;
  run(optimiser, 5, STEPS);
  run(restored, 5, STEPS);
  expect(restored.parameters).toEqual(optimiser.parameters);
});

test('gradients add up, scale, and tell their norm and whether they are finite', () => {
  const { optimiser, gradients } = setUp();
  optimiser.gradient.fill(0);
  optimiser.addGradient(gradients[0]);
  optimiser.addGradient(gradients[1], 0.5);
  const expected = gradients[0].map((x, i) => x + 0.5 * gradients[1][i]);
  expect(optimiser.gradient).toEqual(expected);
  const norm = Math.sqrt(expected.reduce((sum, x) => sum + x * x, 0));
  expect(optimiser.gradientNorm()).toBeCloseTo(norm, 5);
  optimiser.scaleGradient(0.25);
  expect(optimiser.gradient).toEqual(expected.map((x) => 0.25 * x));
  expect(optimiser.gradientIsFinite()).toBe(true);
  optimiser.gradient[36] = NaN;
  expect(optimiser.gradientIsFinite()).toBe(false);
  expect(optimiser.gradientNorm()).toBeNaN();
});
