import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernels } from '../kernels/index.js';
import { Random } from '../math/index.js';
import { everyBackend } from '../testing/backends.js';
import { centralDifferences, worstDeviation } from '../testing/gradients.js';
import {
  CELLS,
  initialise,
  NetworkEngine,
  plainHead,
  referenceForward,
  tensorsOf,
  type Architecture,
} from './index.js';

const STEPS = 4;
const LENGTHS = [4, 2, 3];
const ROWS = LENGTHS.length;
const base: Architecture = {
  ...{ cell: 'FastGRNN', inputSize: 2, hiddenSize: 3, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  ...{ residual: 'free', ...plainHead, classes: 3 },
};
const backends = await everyBackend();

interface Settings {
  /** Whether rows end at lengths of their own, all else at the last step. */
  readonly ragged: boolean;
  readonly dropout: number;
}

/** A batch, its mask between layers, and its loss in float64. */
function problem(arch: Architecture, { ragged, dropout }: Settings, seed: number) {
  const random = new Random(seed);
  const parameters = initialise(arch, random);
  for (const { role, offset, size } of tensorsOf(arch)) {
    for (let i = offset; i < offset + size; i++) parameters[i] = (role === 'matrix' ? 0.6 : 0.4) * random.normal();
  }
  const lengths = LENGTHS.map((length) => (ragged ? length : STEPS));
  const inputs = lengths.map((length) =>
    Array.from({ length }, () =>
      Float32Array.from({ length: arch.inputSize }, () =>
        arch.vocabulary > 0 ? random.below(arch.vocabulary) : random.normal(),
      ),
    ),
  );
  const labels = inputs.map((steps) => steps.map(() => random.below(arch.classes)));
  const keys = lengths.flatMap(() => [random.uint32() | 0, random.uint32() | 0]);
  const width = arch.hiddenSize * (arch.bidirectional ? 2 : 1);
  const p = Math.fround(dropout);
  const between = (row: number) => (value: number, layer: number, t: number, j: number) => {
    const position = layer * 2 ** 33 + 2 * t * Math.ceil(width / 2) + j;
    const kept = new Random(keys[2 * row], keys[2 * row + 1], position).uint32() >= p * 2 ** 32;
    return kept ? value / (1 - p) : 0;
  };
  const logits = (values: Float32Array | Float64Array, row: number) =>
    referenceForward(arch, values, inputs[row], between(row)).logits;
  const loss = (values: Float64Array) =>
    inputs.reduce((sum, _, row) => {
      const all = logits(values, row);
      const outputs = all.length / arch.classes;
      for (let o = 0; o < outputs; o++) {
        const own = all.subarray(o * arch.classes, (o + 1) * arch.classes);
        const total = own.reduce((s, x) => s + Math.exp(x), 0);
        sum -= (own[labels[row][outputs === 1 ? 0 : o]] - Math.log(total)) / outputs / ROWS;
      }
      return sum;
    }, 0);
  return { arch, parameters, inputs, labels, lengths, keys, dropout, loss };
}

function engineOf(kernels: Kernels, p: ReturnType<typeof problem>): NetworkEngine {
  const { arch, dropout } = p;
  const engine = new NetworkEngine(kernels, arch, { rows: ROWS + 2, steps: STEPS + 1, training: true, dropout });
  engine.parameters.set(p.parameters);
  engine.dropoutKeys.set(p.keys.slice(0, engine.dropoutKeys.length));
  engine.lengths.set(p.lengths);
  engine.input.fill(NaN); // what stands after a row's end must not be told from the results
  p.inputs.forEach((steps, r) =>
    steps.forEach((x, t) => {
      if (arch.vocabulary > 0) [engine.tokens[t * ROWS + r]] = x;
      else engine.input.set(x, (t * ROWS + r) * engine.inputStride);
      if (arch.output === 'every') engine.labels[t * ROWS + r] = p.labels[r][t];
      else [engine.labels[r]] = p.labels[r];
    }),
  );
  return engine;
}

const TOLERANCE = 3e-5; // as in gradient.test.ts

function check(arch: Architecture, settings: Settings, seed: number): void {
  const p = problem(arch, settings, seed);
  const expected = centralDifferences(p.loss, p.parameters);
  const bits = new Set<string>();
  for (const { name, kernels, exact } of backends) {
    const engine = engineOf(kernels, p);
    const loss = engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS }) / ROWS;
    expect(loss, name).toBeCloseTo(p.loss(Float64Array.from(p.parameters)), 5);
    expect(worstDeviation(arch, engine.gradient, expected), name).toBeLessThan(TOLERANCE);
    if (exact) bits.add(engine.gradient.join());
  }
  expect(bits.size).toBe(1);
}

const ranks = [
  [0, 0],
  [2, 3],
  [2, 0],
] as const;

const networks: readonly (readonly [name: string, fields: Partial<Architecture>])[] = [
  ...CELLS.map((cell) => [cell, { cell }] as const),
  ['GRU, reset before', { cell: 'GRU', reset: 'before' }],
  ['FastGRNN, vectors of zeta and nu', { vectorZetaNu: true }],
];
const outputs = ['last', 'every', 'mean'] as const;

describe('gradients of every backend equal central differences, the same bits on all exact ones', () => {
  for (const [name, fields] of networks) {
    for (const layers of [1, 2, 3]) {
      for (const bidirectional of [false, true]) {
        for (const [i, [wRank, uRank]] of ranks.entries()) {
          const arch: Architecture = { ...base, ...fields, layers, bidirectional, wRank, uRank };
          test(`${name}, ${layers} layers, bidirectional ${bidirectional}, ranks ${wRank} and ${uRank}`, () => {
            const dropout = layers > 1 ? 0.4 : 0;
            if (name !== 'FastGRNN' && name !== 'FastRNN') {
              // What stacks a cell doesn't look into it, so that of the others each shape has one of the outputs.
              check({ ...arch, output: outputs[(layers + i) % 3] }, { ragged: true, dropout }, 8);
              return;
            }
            for (const output of outputs) {
              check({ ...arch, output }, { ragged: false, dropout: 0 }, 7);
              check({ ...arch, output }, { ragged: true, dropout }, 8);
            }
            check({ ...arch, vocabulary: 5 }, { ragged: true, dropout: 0.2 }, 9);
          });
        }
      }
    }
  }
});

describe('what is wrong is found', () => {
  const arch: Architecture = { ...base, layers: 2, bidirectional: true, wRank: 2, output: 'every' };
  const settings = { ragged: true, dropout: 0.3 };
  const [{ kernels }] = backends;

  test('any tensor of any layer and direction off by 0.1 %, or missing', () => {
    const p = problem(arch, settings, 5);
    const expected = centralDifferences(p.loss, p.parameters);
    const engine = engineOf(kernels, p);
    engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS });
    for (const { offset, size } of tensorsOf(arch)) {
      for (const factor of [1.001, 0]) {
        const wrong = engine.gradient.slice();
        for (let i = offset; i < offset + size; i++) wrong[i] *= factor;
        expect(worstDeviation(arch, wrong, expected)).toBeGreaterThan(TOLERANCE);
      }
    }
  });

  test('another mask, or rows turned round at the end of the pass instead of their own', () => {
    const p = problem(arch, settings, 5);
    const expected = centralDifferences(p.loss, p.parameters);
    for (const change of [
      (engine: NetworkEngine) => (engine.dropoutKeys[0] ^= 1),
      (engine: NetworkEngine) => engine.lengths.fill(STEPS),
    ]) {
      const engine = engineOf(kernels, p);
      for (let i = 0; i < engine.input.length; i++) if (Number.isNaN(engine.input[i])) engine.input[i] = 0;
      change(engine);
      engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS });
      expect(worstDeviation(arch, engine.gradient, expected)).toBeGreaterThan(100 * TOLERANCE);
    }
  });
});

test('states of all cells equal the float64 reference, for any shape', () => {
  const shape = fc.record({
    cell: fc.constantFrom(...CELLS),
    layers: fc.integer({ min: 1, max: 4 }),
    bidirectional: fc.boolean(),
    hiddenSize: fc.integer({ min: 1, max: 35 }),
    inputSize: fc.integer({ min: 1, max: 20 }),
    steps: fc.integer({ min: 1, max: 40 }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(shape, ({ steps, seed, ...own }) => {
      const arch: Architecture = { ...base, ...own };
      const random = new Random(seed);
      const parameters = initialise(arch, random);
      const inputs = Array.from({ length: steps }, () =>
        Float32Array.from({ length: arch.inputSize }, () => random.normal()),
      );
      const { layerStates, logits } = referenceForward(arch, parameters, inputs);
      const engine = new NetworkEngine(backends[0].kernels, arch, { rows: 1, steps, training: false });
      engine.parameters.set(parameters);
      inputs.forEach((x, t) => engine.input.set(x, t * engine.inputStride));
      engine.forward(1, steps);
      const largest = Math.max(1, ...layerStates.flat(2).map((h) => Math.max(...h.map(Math.abs))));
      for (const [layer, directions] of layerStates.entries()) {
        for (const [direction, states] of directions.entries()) {
          const own32 = engine.layerStates[layer][direction];
          for (const [t, h] of states.entries()) {
            h.forEach((value, j) =>
              expect(Math.abs(own32[t * engine.stateStride + j] - value) / largest).toBeLessThan(1e-4),
            );
          }
        }
      }
      logits.forEach((value, l) => expect(Math.abs(engine.logits[l] - value) / largest).toBeLessThan(1e-3));
    }),
    { numRuns: 60 },
  );
});

test('a call that goes on from states gives the bits of one call; a bidirectional network refuses it', () => {
  const arch: Architecture = { ...base, layers: 3, hiddenSize: 17 };
  const random = new Random(4);
  const engine = new NetworkEngine(backends[0].kernels, arch, { rows: 2, steps: 6, training: false });
  engine.parameters.set(initialise(arch, random));
  const inputs = Float32Array.from({ length: 12 * engine.inputStride }, () => random.normal());
  engine.input.set(inputs);
  engine.forward(2, 6);
  const whole = engine.logits.slice();
  engine.forward(2, 4);
  for (const [states] of engine.layerStates) {
    states.copyWithin(0, 4 * 2 * engine.stateStride, 5 * 2 * engine.stateStride);
  }
  engine.input.set(inputs.subarray(8 * engine.inputStride));
  engine.forward(2, 2, 'resumed');
  expect(engine.logits).toEqual(whole);

  const both = new NetworkEngine(backends[0].kernels, { ...arch, bidirectional: true }, engine.limits);
  expect(() => both.forward(1, 1, 'resumed')).toThrow('reads sequences from their end');
});

test('evaluation leaves nothing out', () => {
  const arch: Architecture = { ...base, layers: 2 };
  const p = problem(arch, { ragged: false, dropout: 0.5 }, 3);
  const engine = engineOf(backends[0].kernels, p);
  const dropped = engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS });
  const plain = problem(arch, { ragged: false, dropout: 0 }, 3);
  expect(engine.evaluate(ROWS, STEPS) / ROWS).toBeCloseTo(plain.loss(Float64Array.from(p.parameters)), 5);
  expect(dropped).not.toBeCloseTo(engine.evaluate(ROWS, STEPS), 2);
});

test('tensors have names by layer and direction, of one layer no prefix', () => {
  const names = (arch: Architecture) => tensorsOf(arch).map(({ name }) => name);
  const cell = ['W', 'U', 'biasGate', 'biasUpdate', 'zeta', 'nu'];
  expect(names({ ...base, layers: 1, bidirectional: false })).toEqual(names(base));
  expect(names(base)).toEqual([...cell, 'classifier', 'classifierBias']);
  expect(names({ ...base, layers: 2, bidirectional: true })).toEqual([
    ...cell,
    ...cell.map((name) => `backward.${name}`),
    ...cell.map((name) => `layer2.${name}`),
    ...cell.map((name) => `layer2.backward.${name}`),
    'classifier',
    'classifierBias',
  ]);
  const shape = (name: string) => tensorsOf({ ...base, layers: 2, bidirectional: true }).find((t) => t.name === name);
  expect(shape('layer2.W')?.shape).toEqual([3, 6]);
  expect(shape('classifier')?.shape).toEqual([3, 6]);
  expect(() => tensorsOf({ ...base, layers: 9 })).toThrow('layers is 9: must be an integer from 1 to 8');
});
