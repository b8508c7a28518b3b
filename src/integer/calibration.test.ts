import { describe, expect, test } from 'vitest';
import { NONLINEARITIES } from '../kernels/index.js';
import { Random } from '../math/index.js';
import {
  gatesOf,
  parameterCount,
  referenceForward,
  plainHead,
  tensorsOf,
  type Architecture,
  type Ranges,
} from '../network/index.js';
import { balanced } from './balance.js';
import { calibrate } from './calibration.js';
import { equalSequences } from './input.js';
import { FloatNetwork } from './float-network.js';

const count = 5;
const steps = 7;

function problem(seed: number, choice: Partial<Architecture>) {
  const random = new Random(seed, 9);
  const architecture: Architecture = {
    cell: 'FastGRNN',
    inputSize: 3,
    hiddenSize: 6,
    wRank: 0,
    uRank: 0,
    gate: NONLINEARITIES[seed % 6],
    update: NONLINEARITIES[Math.floor(seed / 6) % 6],
    residual: 'free',
    ...plainHead,
    classes: 2,
    ...choice,
  };
  const parameters = Float32Array.from({ length: parameterCount(architecture) }, () => 0.3 * random.normal());
  const values = Int16Array.from({ length: count * steps * 3 }, () => random.below(4000) - 1500);
  const normalisation =
    seed % 2
      ? { centre: Int16Array.of(10, -20, 500), scale: Float64Array.of(0.001, 0.002, 0.0005) }
      : { centre: Int16Array.of(300), scale: Float64Array.of(0.001) };
  const inputs = (row: number) =>
    Array.from({ length: steps }, (_, t) =>
      Float64Array.from({ length: 3 }, (__, d) => {
        const channel = seed % 2 ? d : 0;
        return (values[(row * steps + t) * 3 + d] - normalisation.centre[channel]) * normalisation.scale[channel];
      }),
    );
  return { architecture, parameters, values, normalisation, inputs };
}

const variants: Partial<Architecture>[] = [
  {},
  { wRank: 2 },
  { uRank: 3 },
  { wRank: 3, uRank: 5 },
  { cell: 'FastRNN', uRank: 2 },
  { cell: 'RNN', wRank: 2 },
  { cell: 'FastRNN-vector', uRank: 3 },
  { cell: 'UGRNN', uRank: 3 },
  { cell: 'GRU', wRank: 2, uRank: 3 },
  { cell: 'GRU', reset: 'before', wRank: 2 },
  { cell: 'LSTM', wRank: 2 },
  { cell: 'FastRNN', residual: 'tied', wRank: 2 },
  { cell: 'FastRNN', residual: 'fixed' },
  { cell: 'FastRNN', residual: 'fixed', alpha: 0.3, beta: 0.6 },
];

// Both are float64; only the order of sums differs, by some ulps a step, and the small networks don't magnify them.
const close = (a: number, b: number) => Math.abs(a - b) <= 1e-11 * Math.max(1, Math.abs(b));

describe.each(variants)('%o', (variant) => {
  test('the float network follows the reference, with factors as they are and balanced', () => {
    for (let seed = 0; seed < 36; seed++) {
      const { architecture, parameters, inputs } = problem(seed, variant);
      for (const form of [parameters, balanced(architecture, parameters)]) {
        const network = new FloatNetwork(architecture, form);
        const { states } = referenceForward(architecture, parameters, inputs(0));
        inputs(0).forEach((a, t) => {
          network.step(a);
          expect(network.h.every((h, j) => close(h, states[t + 1][j]))).toBe(true);
        });
        network.reset();
        expect(network.h.every((h) => h === 0)).toBe(true);
      }
    }
  });

  test('ranges are the largest magnitudes over the rows', () => {
    for (let seed = 0; seed < 12; seed++) {
      const { architecture, parameters, values, normalisation, inputs } = problem(seed, variant);
      const rows = Uint32Array.of(3, 1);
      const found = calibrate(
        architecture,
        parameters,
        normalisation,
        equalSequences(values, { count, steps, channels: 3 }),
        rows,
      );
      const expected = direct(architecture, parameters, [...rows].map(inputs));
      for (const name of ['input', 'w', 'u', 'state'] as const) {
        expect(close(found[name], expected[name]), `${name} of seed ${seed}`).toBe(true);
      }
      const all = Uint32Array.from({ length: count }, (_, i) => i);
      const whole = calibrate(
        architecture,
        parameters,
        normalisation,
        equalSequences(values, { count, steps, channels: 3 }),
        all,
      );
      expect(whole.input).toBeGreaterThanOrEqual(found.input);
      expect(whole.state).toBeGreaterThanOrEqual(found.state);
    }
  });
});

/** From the reference's states, at once: every state is projected, the first and the last too. */
function direct(architecture: Architecture, parameters: Float32Array, sequences: readonly Float64Array[][]): Ranges {
  const form = balanced(architecture, parameters);
  const projected = (name: string, rank: number, v: Float64Array): number[] => {
    const spec = tensorsOf(architecture).find((t) => t.name === name);
    if (rank === 0 || !spec) return [...v];
    return Array.from({ length: rank }, (_, k) =>
      v.reduce((sum, x, i) => sum + form[spec.offset + i * rank + k] * x, 0),
    );
  };
  const largest = (vectors: readonly ArrayLike<number>[]) =>
    Math.max(...vectors.flatMap((v) => Array.from(v, Math.abs)));
  const gates = gatesOf(architecture);
  const inputs = sequences.flat();
  const states = sequences.flatMap((s) => referenceForward(architecture, parameters, s).states);
  return {
    input: largest(inputs),
    w: Math.max(...gates.map((gate) => largest(inputs.map((a) => projected(`W${gate}2`, architecture.wRank, a))))),
    u: Math.max(...gates.map((gate) => largest(states.map((h) => projected(`U${gate}2`, architecture.uRank, h))))),
    state: largest(states),
  };
}
