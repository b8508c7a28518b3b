import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadKernels, NONLINEARITIES, type Kernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import {
  CELLS,
  ArchitectureError,
  initialise,
  NetworkEngine,
  parameterCount,
  plainHead,
  tensorsOf,
  type Architecture,
} from './index.js';
import { referenceForward } from './reference.js';

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels();
});

const base: Architecture = {
  cell: 'FastGRNN',
  inputSize: 5,
  hiddenSize: 9,
  wRank: 2,
  uRank: 4,
  gate: 'sigmoid',
  update: 'tanh',
  residual: 'free',
  ...plainHead,
  classes: 3,
};

/** Sequences [rows][steps][inputSize]. */
function sequences(arch: Architecture, rows: number, steps: number, seed = 1): Float32Array[][] {
  const random = new Random(seed);
  const step = () => Float32Array.from({ length: arch.inputSize }, () => random.normal());
  return Array.from({ length: rows }, () => Array.from({ length: steps }, step));
}

function fill(engine: NetworkEngine, batch: readonly Float32Array[][]): void {
  batch.forEach((sequence, r) =>
    sequence.forEach((x, t) => engine.input.set(x, (t * batch.length + r) * engine.inputStride)),
  );
}

function makeEngine(arch: Architecture, rows: number, steps: number, training = true): NetworkEngine {
  const engine = new NetworkEngine(kernels, arch, { rows, steps, training });
  engine.parameters.set(initialise(arch, new Random(2)));
  return engine;
}

const logitsOf = (engine: NetworkEngine, r: number) =>
  engine.logits.slice(r * engine.logitStride, r * engine.logitStride + engine.arch.classes);

test('states and logits equal the float64 reference, for any shape', () => {
  const architecture = fc.record({
    cell: fc.constantFrom(...CELLS),
    inputSize: fc.integer({ min: 1, max: 19 }),
    hiddenSize: fc.integer({ min: 1, max: 37 }),
    wRank: fc.integer({ min: 0, max: 5 }),
    uRank: fc.integer({ min: 0, max: 5 }),
    gate: fc.constantFrom(...NONLINEARITIES.filter((kind) => kind !== 'relu')), // a relu gate grows without bound
    update: fc.constantFrom(...NONLINEARITIES),
    residual: fc.constantFrom('free', 'tied', 'fixed'),
    classes: fc.integer({ min: 1, max: 18 }),
  });
  fc.assert(
    fc.property(architecture, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 7 }), (shape, rows, steps) => {
      const { inputSize, hiddenSize } = shape;
      const arch: Architecture = {
        ...shape,
        ...plainHead,
        wRank: Math.min(shape.wRank, inputSize, hiddenSize),
        uRank: Math.min(shape.uRank, hiddenSize),
      };
      const engine = makeEngine(arch, rows, steps, false);
      const batch = sequences(arch, rows, steps);
      fill(engine, batch);
      engine.forward(rows, steps);
      batch.forEach((sequence, r) => {
        const { states, logits } = referenceForward(arch, engine.parameters, sequence);
        logits.forEach((x, c) => expect(Math.abs(engine.logits[r * engine.logitStride + c] - x)).toBeLessThan(1e-5));
        states.forEach((h, t) =>
          h.forEach((x, i) =>
            expect(Math.abs(engine.states[(t * rows + r) * engine.stateStride + i] - x)).toBeLessThan(1e-5),
          ),
        );
      });
    }),
  );
});

describe('to the bit', () => {
  test('a sequence gives the same logits alone, in any batch, and beside other shapes on the same engine', () => {
    const [rows, steps] = [7, 11];
    const batch = sequences(base, rows, steps);
    const engine = makeEngine(base, rows, steps);
    fill(engine, batch);
    engine.forward(rows, steps);
    const together = batch.map((_, r) => logitsOf(engine, r));
    batch.forEach((sequence, r) => {
      fill(engine, [sequence]);
      engine.forward(1, steps);
      expect(logitsOf(engine, 0)).toEqual(together[r]);
      engine.forward(3, 2); // something else in between
    });
    fill(engine, batch);
    engine.evaluate(rows, steps);
    expect(batch.map((_, r) => logitsOf(engine, r))).toEqual(together);
  });

  test('an engine without training gives the same logits and losses as one with', () => {
    const batch = sequences(base, 4, 6);
    const [plain, training] = [false, true].map((mode) => {
      const engine = makeEngine(base, 4, 6, mode);
      fill(engine, batch);
      engine.labels.set([0, 1, 2, 0]);
      return { loss: engine.evaluate(4, 6), logits: engine.logits, predictions: engine.predictions };
    });
    expect(plain).toEqual(training);
    expect(NetworkEngine.arenaBytes(base, { rows: 4, steps: 6, training: false })).toBeLessThan(
      NetworkEngine.arenaBytes(base, { rows: 4, steps: 6, training: true }),
    );
  });

  test('the same call gives the same gradient, whatever ran before', () => {
    const engine = makeEngine(base, 5, 8);
    fill(engine, sequences(base, 5, 8));
    engine.labels.set([0, 1, 2, 1, 0]);
    engine.lossAndGradient(5, 8, { batchRows: 5 });
    const first = engine.gradient.slice();
    engine.lossAndGradient(2, 8, { batchRows: 9, labelSmoothing: 0.5, rowWeights: [3, 4] });
    fill(engine, sequences(base, 5, 8));
    engine.lossAndGradient(5, 8, { batchRows: 5 });
    expect(engine.gradient).toEqual(first);
  });
});

describe('shards', () => {
  test('gradients of shards add up to the gradient of the batch', () => {
    const batch = sequences(base, 6, 20);
    const labels = [0, 1, 2, 2, 1, 0];
    const whole = makeEngine(base, 6, 20);
    fill(whole, batch);
    whole.labels.set(labels);
    const loss = whole.lossAndGradient(6, 20, { batchRows: 6 });
    const sum = new Float64Array(whole.gradient.length);
    let lossSum = 0;
    for (const [from, to] of [
      [0, 1],
      [1, 4],
      [4, 6],
    ]) {
      const engine = makeEngine(base, 6, 20);
      fill(engine, batch.slice(from, to));
      engine.labels.set(labels.slice(from, to));
      lossSum += engine.lossAndGradient(to - from, 20, { batchRows: 6 });
      engine.gradient.forEach((g, i) => (sum[i] += g));
    }
    expect(lossSum).toBeCloseTo(loss, 5);
    whole.gradient.forEach((g, i) => expect(Math.abs(g - sum[i])).toBeLessThan(1e-6));
  });

  test('rows without a label count for nothing', () => {
    const batch = sequences(base, 3, 4);
    const engine = makeEngine(base, 3, 4);
    fill(engine, batch);
    engine.labels.set([1, -1, -1]);
    const loss = engine.lossAndGradient(3, 4, { batchRows: 1 });
    const gradient = engine.gradient.slice();
    fill(engine, [batch[0]]);
    expect(engine.lossAndGradient(1, 4, { batchRows: 1 })).toBe(loss);
    gradient.forEach((g, i) => expect(Math.abs(g - engine.gradient[i])).toBeLessThan(1e-7));
  });
});

test('a NaN in an input, or in any tensor, is seen in the loss', () => {
  for (const gate of NONLINEARITIES) {
    const arch: Architecture = { ...base, gate, update: 'hardTanh' };
    const engine = makeEngine(arch, 2, 3);
    const batch = sequences(arch, 2, 3);
    engine.labels.set([0, 1]);
    const clean = engine.parameters.slice();
    for (const { offset, size } of tensorsOf(arch)) {
      engine.parameters[offset + size - 1] = NaN;
      fill(engine, batch);
      expect(engine.lossAndGradient(2, 3, { batchRows: 2 })).toBeNaN();
      engine.parameters.set(clean);
    }
    engine.input[arch.inputSize - 1] = NaN;
    expect(engine.lossAndGradient(2, 3, { batchRows: 2 })).toBeNaN();
  }
});

test('what stands beside the inputs of a step is never read', () => {
  const engine = makeEngine(base, 3, 4);
  engine.labels.set([0, 1, 2]);
  fill(engine, sequences(base, 3, 4));
  const loss = engine.lossAndGradient(3, 4, { batchRows: 3 });
  const gradient = engine.gradient.slice();
  engine.input.fill(NaN);
  fill(engine, sequences(base, 3, 4));
  expect(engine.lossAndGradient(3, 4, { batchRows: 3 })).toBe(loss);
  expect(engine.gradient).toEqual(gradient);
});

describe('errors say what is wrong', () => {
  test('rows, steps and labels out of range', () => {
    const engine = makeEngine(base, 2, 3);
    expect(() => engine.forward(3, 3)).toThrow(/rows is 3.*limit 2/);
    expect(() => engine.forward(1, 4)).toThrow(/steps is 4.*limit 3/);
    expect(() => engine.forward(0, 1)).toThrow(RangeError);
    engine.labels[1] = 3;
    expect(() => engine.evaluate(2, 3)).toThrow(/label 3 of row 1.*to 2/);
  });

  test('gradients of an engine that has none', () => {
    expect(() => makeEngine(base, 1, 1, false).lossAndGradient(1, 1, { batchRows: 1 })).toThrow(/training: false/);
  });

  test.each([
    ['inputSize', 0],
    ['hiddenSize', 1.5],
    ['wRank', 6],
    ['uRank', 10],
    ['classes', -1],
  ])('%s of %d', (field, value) => {
    const arch = { ...base, [field]: value } as Architecture;
    expect(() => parameterCount(arch)).toThrow(ArchitectureError);
    expect(() => parameterCount(arch)).toThrow(new RegExp(`${field} is ${value}`));
  });
});

describe('first values', () => {
  test('follow EdgeML: scalars, biases of 1, weights of 0.1 N(0, 1), a classifier without bias', () => {
    const arch: Architecture = { ...base, hiddenSize: 60, wRank: 0, uRank: 0 };
    const parameters = initialise(arch, new Random(3));
    const of = (name: string) => {
      const { offset, size } = tensorsOf(arch).find((tensor) => tensor.name === name) as {
        offset: number;
        size: number;
      };
      return [...parameters.subarray(offset, offset + size)];
    };
    expect([of('zeta'), of('nu')]).toEqual([[1], [-4]]);
    expect(new Set([...of('biasGate'), ...of('biasUpdate')])).toEqual(new Set([1]));
    expect(new Set(of('classifierBias'))).toEqual(new Set([0]));
    const U = of('U');
    const deviation = Math.sqrt(U.reduce((sum, x) => sum + x * x, 0) / U.length);
    // 3600 draws: the deviation's own error is 0.1 / sqrt(7200), here four times that.
    expect(Math.abs(deviation - 0.1)).toBeLessThan(0.005);
    expect(initialise({ ...base, cell: 'FastRNN' }, new Random(3)).length).toBe(
      parameterCount({ ...base, cell: 'FastRNN' }),
    );
  });

  test('depend on the seed alone', () => {
    expect(initialise(base, new Random(4))).toEqual(initialise(base, new Random(4)));
    expect(initialise(base, new Random(4))).not.toEqual(initialise(base, new Random(5)));
  });
});
