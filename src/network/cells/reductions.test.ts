import { describe, expect, test } from 'vitest';
import { Random } from '../../math/index.js';
import { everyBackend } from '../../testing/backends.js';
import { NetworkEngine, parameterCount, plainHead, tensorsOf, type Architecture } from '../index.js';

const ROWS = 5;
const STEPS = 30;
const base: Architecture = {
  ...{
    cell: 'RNN',
    inputSize: 4,
    hiddenSize: 9,
    wRank: 0,
    uRank: 0,
    gate: 'sigmoid',
    update: 'tanh',
    residual: 'free',
  },
  ...{ classes: 3, ...plainHead },
};
type Values = Readonly<Record<string, ArrayLike<number>>>;

const backends = await everyBackend();

/** Random tensors of an architecture. */
function draw(arch: Architecture, seed = 1): Record<string, Float32Array> {
  const random = new Random(seed);
  return Object.fromEntries(
    tensorsOf(arch).map(({ name, size }) => [name, Float32Array.from({ length: size }, () => 0.3 * random.normal())]),
  );
}

/** All states, and the gradients of the tensors by name. */
function run(kernels: (typeof backends)[number]['kernels'], arch: Architecture, values: Values) {
  const engine = new NetworkEngine(kernels, arch, { rows: ROWS, steps: STEPS, training: true });
  const parameters = new Float32Array(parameterCount(arch));
  for (const { name, offset } of tensorsOf(arch)) parameters.set(values[name], offset);
  engine.parameters.set(parameters);
  const random = new Random(7);
  for (let i = 0; i < STEPS * ROWS; i++) {
    for (let d = 0; d < arch.inputSize; d++) engine.input[i * engine.inputStride + d] = random.normal();
  }
  for (let r = 0; r < ROWS; r++) engine.labels[r] = r % arch.classes;
  engine.lossAndGradient(ROWS, STEPS, { batchRows: ROWS });
  const states = Array.from({ length: ROWS * (STEPS + 1) }, (_, i) =>
    Array.from(engine.states.subarray(i * engine.stateStride, i * engine.stateStride + arch.hiddenSize)),
  ).flat();
  const gradients = Object.fromEntries(
    tensorsOf(arch).map(({ name, offset, size }) => [
      name,
      Array.from(engine.gradient.subarray(offset, offset + size)),
    ]),
  );
  return { states, gradients };
}

const distance = (a: readonly number[], b: readonly number[]) => {
  expect(a.length).toBe(b.length);
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
};
const filled = (length: number, value: number) => new Float32Array(length).fill(value);
const H = base.hiddenSize;

/** Through a sigmoid: 1 and 0 as far as float32 tells. */
const [ONE, ZERO] = [40, -80];

describe.each(backends)('reductions on $name', ({ kernels }) => {
  test('FastRNN with alpha 1 and beta 0 is the RNN, state by state and gradient by gradient', () => {
    const values = draw(base);
    const fast: Architecture = { ...base, cell: 'FastRNN', residual: 'fixed', alpha: 1, beta: 0 };
    const [a, b] = [run(kernels, base, values), run(kernels, fast, values)];
    expect(b.states).toEqual(a.states);
    for (const name of Object.keys(a.gradients)) expect(distance(b.gradients[name], a.gradients[name])).toBe(0);
    const other = run(kernels, { ...fast, alpha: 0.9, beta: 0.1 }, values);
    expect(distance(other.states, a.states)).toBeGreaterThan(1e-3);
  });

  test('FastRNN-vector whose units have one alpha is FastRNN', () => {
    const vector: Architecture = { ...base, cell: 'FastRNN-vector' };
    const drawn = draw(vector);
    const values = { ...drawn, alpha: filled(H, -1) };
    const s = (v: number) => 1 / (1 + Math.exp(-v));
    const [alpha, zeta, nu] = [s(-1), s(drawn['zeta'][0]), s(drawn['nu'][0])];
    const fast: Architecture = { ...base, cell: 'FastRNN', residual: 'fixed', alpha, beta: zeta * (1 - alpha) + nu };
    const [a, b] = [run(kernels, vector, values), run(kernels, fast, values)];
    expect(distance(a.states, b.states)).toBeLessThan(1e-5);
    for (const name of ['W', 'U', 'bias']) expect(distance(a.gradients[name], b.gradients[name])).toBeLessThan(1e-5);
    expect(distance(run(kernels, vector, drawn).states, b.states)).toBeGreaterThan(1e-3);
  });

  test('GRU whose reset gate is 1 is UGRNN, in both forms', () => {
    const ugrnn: Architecture = { ...base, cell: 'UGRNN' };
    const values = draw(ugrnn);
    const whole = { WReset: filled(H * base.inputSize, 0), UReset: filled(H * H, 0), biasReset: filled(H, ONE) };
    const expected = run(kernels, ugrnn, values);
    for (const reset of ['before', 'after'] as const) {
      const gru: Architecture = { ...base, cell: 'GRU', reset };
      const made = run(kernels, gru, { ...values, ...whole, biasRecurrent: filled(H, 0) });
      expect(distance(made.states, expected.states)).toBeLessThan(2e-6);
      for (const name of Object.keys(expected.gradients)) {
        expect(distance(made.gradients[name], expected.gradients[name])).toBeLessThan(2e-6);
      }
      const half = run(kernels, gru, { ...values, ...whole, biasReset: filled(H, 0), biasRecurrent: filled(H, 0) });
      expect(distance(half.states, expected.states)).toBeGreaterThan(1e-3);
    }
  });

  test("gates at their limits: FastGRNN's, UGRNN's, GRU's and LSTM's keep the state or give the candidate alone", () => {
    const values = draw(base);
    const rnn = run(kernels, base, values).states;
    const shut = (bias: number) => ({ WGate: filled(H * 4, 0), UGate: filled(H * H, 0), biasGate: filled(H, bias) });
    const own = { WUpdate: values['W'], UUpdate: values['U'], biasUpdate: values['bias'] };
    const zeros = filled((STEPS + 1) * ROWS * H, 0);
    const ugrnn: Architecture = { ...base, cell: 'UGRNN' };
    expect(distance(run(kernels, ugrnn, { ...values, ...own, ...shut(ZERO) }).states, rnn)).toBeLessThan(1e-6);
    expect(distance(run(kernels, ugrnn, { ...values, ...own, ...shut(ONE) }).states, [...zeros])).toBe(0);
    const fast: Architecture = { ...base, cell: 'FastGRNN' };
    const scalars = { zeta: [ONE], nu: [ZERO], biasUpdate: values['bias'] };
    const open = { ...values, ...scalars, biasGate: filled(H, ZERO) };
    expect(distance(run(kernels, fast, open).states, rnn)).toBeLessThan(1e-6);
    expect(distance(run(kernels, fast, { ...open, biasGate: filled(H, ONE) }).states, [...zeros])).toBeLessThan(1e-30);
    // An LSTM that forgets all, lets all in and all out has one more tanh than the RNN: of hardTanh, none.
    const lstm: Architecture = { ...base, cell: 'LSTM', update: 'hardTanh' };
    const gates = Object.fromEntries(
      [
        ['Input', ONE],
        ['Forget', ZERO],
        ['Output', ONE],
      ].flatMap(([name, bias]) => [
        [`W${name}`, filled(H * 4, 0)],
        [`U${name}`, filled(H * H, 0)],
        [`bias${name}`, filled(H, bias as number)],
      ]),
    ) as Values;
    const hard = run(kernels, { ...base, update: 'hardTanh' }, values).states;
    expect(distance(run(kernels, lstm, { ...values, ...own, ...gates }).states, hard)).toBeLessThan(1e-6);
  });

  test.each(['RNN', 'FastRNN', 'FastRNN-vector', 'FastGRNN', 'UGRNN', 'GRU', 'LSTM'] as const)(
    'full-rank factors equal dense matrices: %s',
    (cell) => {
      const low: Architecture = { ...base, cell, wRank: base.inputSize, uRank: H };
      const dense: Architecture = { ...base, cell };
      const values = draw(dense);
      const factors = Object.entries(values).flatMap(([name, v]): [string, Float32Array][] => {
        if (!/^[WU]/.test(name)) return [[name, v]];
        const rank = name.startsWith('W') ? base.inputSize : H;
        const identity = Float32Array.from({ length: rank * rank }, (_, i) => Number(i % (rank + 1) === 0));
        return [
          [`${name}1`, v],
          [`${name}2`, identity],
        ];
      });
      const [a, b] = [run(kernels, dense, values), run(kernels, low, Object.fromEntries(factors))];
      expect(distance(a.states, b.states)).toBeLessThan(2e-6);
      for (const [name, gradient] of Object.entries(a.gradients)) {
        const of = /^[WU]/.test(name) ? `${name}1` : name;
        expect(distance(b.gradients[of], gradient)).toBeLessThan(1e-5);
      }
    },
  );
});

describe.each(backends)('$name', ({ kernels }) => {
  test('a tied FastGRNN leaves zeta and nu where they are', () => {
    const tied: Architecture = { ...base, cell: 'FastGRNN', residual: 'tied', gate: 'hardSigmoid' };
    const { gradients } = run(kernels, tied, { ...draw(tied), zeta: [100], nu: [-100] });
    expect([...gradients['zeta'], ...gradients['nu']].map(Math.abs)).toEqual([0, 0]);
  });

  // By cell, an open nonlinearity, and biases at which a unit without a candidate keeps a 64th of its state, or beta of it.
  const hard = { gate: 'hardSigmoid', update: 'relu' } as const;
  const gates = { biasUpdate: -100, biasGate: 2 ** -5 - 1, nu: -5 };
  const residual = { bias: -100, beta: -4, zeta: -6, nu: -4 };
  const silent: Record<string, { arch: Architecture; values: Record<string, number> }> = {
    FastGRNN: { arch: { ...base, ...hard, cell: 'FastGRNN' }, values: gates },
    UGRNN: { arch: { ...base, ...hard, cell: 'UGRNN' }, values: gates },
    GRU: { arch: { ...base, ...hard, cell: 'GRU' }, values: gates },
    FastRNN: { arch: { ...base, ...hard, cell: 'FastRNN' }, values: residual },
    'FastRNN-vector': { arch: { ...base, ...hard, cell: 'FastRNN-vector' }, values: residual },
    'FastRNN of complex units': {
      arch: { ...base, cell: 'FastRNN', hiddenSize: 10, recurrence: 'EURNN' },
      values: residual,
    },
  };

  test.each(Object.entries(silent))(
    'silent units of a %s forget to 0, through no subnormal number',
    (_, { arch, values }) => {
      const engine = new NetworkEngine(kernels, arch, { rows: 1, steps: STEPS, training: false });
      for (const { name, offset, size } of tensorsOf(arch)) {
        engine.parameters.fill(values[name] ?? 0, offset, offset + size);
      }
      engine.states.fill(1, 0, H);
      engine.forward(1, STEPS, 'resumed');
      const states = Array.from({ length: STEPS + 1 }, (__, t) => engine.states[t * engine.stateStride]);
      expect(states[0]).toBe(1);
      for (let t = 1; t < 5; t++)
        expect(states[t] / states[t - 1]).toBeCloseTo('biasGate' in values ? 2 ** -6 : states[1], 6);
      expect(states.filter((h) => h > 0 && h < 2 ** -64)).toEqual([]);
      expect(states.at(-1)).toBe(0);
    },
  );

  test('an LSTM hands on no subnormal number where its output gate closes', () => {
    const arch: Architecture = { ...base, cell: 'LSTM' };
    const engine = new NetworkEngine(kernels, arch, { rows: 1, steps: STEPS, training: false });
    const handedOn = (biasOutput: number) => {
      for (const { name, offset, size } of tensorsOf(arch)) {
        engine.parameters.fill({ biasOutput, biasUpdate: 2 ** -50 }[name] ?? 0, offset, offset + size);
      }
      engine.forward(1, STEPS);
      return engine.states[STEPS * engine.stateStride];
    };
    expect(handedOn(-4)).toBeCloseTo(2 ** -50 / (1 + Math.exp(4)), 18);
    expect(handedOn(-60)).toBe(0); // 2^-137 without
  });
});
