import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { initialise, plainHead, withPlainMatrix, type Architecture } from '../network/index.js';
import { calibrate } from './calibration.js';
import { convert } from './convert.js';
import { equalSequences } from './input.js';
import { IntegerInterpreter } from './interpreter.js';

const base: Architecture = {
  ...{ cell: 'FastRNN', inputSize: 3, hiddenSize: 12, wRank: 0, uRank: 0, gate: 'sigmoid', update: 'tanh' },
  ...{ residual: 'free', ...plainHead, classes: 3 },
};
const random = new Random(4);
const [count, steps] = [6, 20];
const values = Int16Array.from({ length: count * steps * base.inputSize }, () => Math.round(800 * random.normal()));
const sequences = equalSequences(values, { count, steps, channels: base.inputSize });
const normalisation = { centre: Int16Array.of(0), scale: Float64Array.of(2 ** -10) };
const rows = Uint32Array.from({ length: count }, (_, i) => i);

function converted(architecture: Architecture, parameters: Float32Array) {
  const ranges = calibrate(architecture, parameters, normalisation, sequences, rows);
  return { ranges, network: convert(architecture, parameters, normalisation, ranges, 1.25) };
}

describe.each(['oRNN', 'SpectralRNN', 'FactoredRNN'] as const)('%s goes down with U as a matrix', (recurrence) => {
  const architecture: Architecture = { ...base, recurrence };
  const parameters = initialise(architecture, new Random(3));
  const plain = withPlainMatrix(architecture, parameters);
  const { ranges, network } = converted(architecture, parameters);

  test('as the network that has this U as its parameter', () => {
    const expected = converted(plain.architecture, Float32Array.from(plain.parameters));
    for (const [name, range] of Object.entries(expected.ranges)) {
      expect(ranges[name as keyof typeof ranges]).toBeCloseTo(range, 5);
    }
    expect(network.u1.values).toEqual(expected.network.u1.values);
    expect(network.u1.fractionBits).toBe(expected.network.u1.fractionBits);
    expect({ ...network, u1: undefined }).toEqual({ ...expected.network, u1: undefined });
  });

  test('whose int8 rows are as near to orthogonal as their rounding lets them be', () => {
    const scale = 2 ** network.u1.fractionBits;
    const u = Array.from(network.u1.values, (v) => v / scale);
    const H = architecture.hiddenSize;
    for (let i = 0; i < H; i++) {
      const length = Math.hypot(...u.slice(i * H, (i + 1) * H));
      expect(Math.abs(length - 1)).toBeLessThan(Math.sqrt(H) / 2 / scale);
    }
  });

  test('and it runs', () => {
    const interpreter = new IntegerInterpreter(network);
    for (let t = 0; t < steps; t++) interpreter.step(values, t * base.inputSize);
    expect(interpreter.h.some((h) => h !== 0)).toBe(true);
  });
});

test('an EURNN says why it does not', () => {
  const architecture: Architecture = { ...base, recurrence: 'EURNN' };
  const parameters = initialise(architecture, new Random(3));
  expect(() => converted(architecture, parameters)).toThrow(/EURNN: its modReLU divides .* by its modulus.*use oRNN/);
});
