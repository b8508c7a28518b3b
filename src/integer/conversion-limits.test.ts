import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { initialise, plainHead, tensorsOf, type Architecture, type Ranges } from '../network/index.js';
import { convert } from './convert.js';
import { IntegerNetworkError } from './network.js';

const base: Architecture = {
  cell: 'FastGRNN',
  inputSize: 3,
  hiddenSize: 6,
  wRank: 2,
  uRank: 3,
  gate: 'hardSigmoid4',
  update: 'hardTanh',
  residual: 'free',
  ...plainHead,
  classes: 2,
};
const ranges: Ranges = { input: 3, w: 2, u: 2, state: 2 };
const normalisation = { centre: Int16Array.of(5), scale: Float64Array.of(0.01) };

/** Random parameters with the given values in place of a tensor's. */
function parametersOf(architecture: Architecture, values: Record<string, number> = {}): Float32Array {
  const parameters = initialise(architecture, new Random(1));
  for (const { name, offset, size } of tensorsOf(architecture)) {
    if (values[name] !== undefined) parameters.fill(values[name], offset, offset + size);
  }
  return parameters;
}

function convertWith(
  architecture: Partial<Architecture> = {},
  values: Record<string, number> = {},
  more: Partial<Ranges> = {},
) {
  const whole = { ...base, ...architecture };
  return convert(whole, parametersOf(whole, values), normalisation, { ...ranges, ...more }, 1.25);
}

/** What a conversion is refused with; fails if it isn't. */
function refusal(...from: Parameters<typeof convertWith>): string {
  try {
    convertWith(...from);
  } catch (error) {
    expect(error).toBeInstanceOf(IntegerNetworkError);
    return (error as IntegerNetworkError).message;
  }
  throw new Error('not refused');
}

describe('conversion refuses, and says what', () => {
  test.each([
    [{ inputSize: 256 }, 'network.inputSize is 256'],
    [{ hiddenSize: 256 }, 'network.hiddenSize is 256'],
    [{ hiddenSize: 300, inputSize: 255, wRank: 255, uRank: 256 }, 'network.hiddenSize is 300'],
    [{ classes: 300 }, 'network.classes is 300'],
    [{ classes: 1 }, 'classes is 1'],
  ] as const)('sizes above a byte, or a single class: %o', (sizes, message) => {
    expect(refusal(sizes)).toContain(message);
  });

  test('the largest sizes are taken', () => {
    const most = { inputSize: 255, hiddenSize: 255, wRank: 255, uRank: 255, classes: 255 };
    expect(convertWith(most).hiddenSize).toBe(255);
  });

  test.each([NaN, Infinity])('a weight of %f', (value) => {
    expect(refusal({}, { U1: value })).toContain('not finite');
    expect(refusal({}, { nu: value })).toContain('not finite');
  });

  test.each([NaN, Infinity])('a range of %f', (value) => {
    expect(refusal({}, {}, { state: value })).toContain('the range of state');
  });

  test('a state beyond the widest format', () => {
    expect(convertWith({}, {}, { state: 16383 }).stateBits).toBe(1);
    expect(refusal({}, {}, { state: 16400 })).toContain('the hidden state reaches 16400');
  });

  test('recurrent weights too large for Q12 after a coarse state', () => {
    expect(refusal({ uRank: 0 }, { U: 100 }, { state: 100 })).toMatch(/^U needs a shift of -4 bits.*too large/);
  });

  test("a FastRNN's fixed weights beyond their formats", () => {
    const fixed = { cell: 'FastRNN', residual: 'fixed' } as const;
    expect(refusal({ ...fixed, alpha: 3, beta: 0.5 })).toContain('network.alpha is 3');
    expect(refusal({ ...fixed, alpha: 0.5, beta: 2 })).toContain('network.beta is 2');
    expect(convertWith({ ...fixed, alpha: 1, beta: 0 })).toMatchObject({ scale: 16384, offset: 0 });
  });
});

describe("FastRNN's alpha and beta", () => {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const q14 = (x: number) => Math.round(x * 16384);
  test.each([
    ['free', {}, q14(sigmoid(-2)), q14(sigmoid(1.5))],
    ['tied', {}, q14(sigmoid(-2)), q14(1 - sigmoid(-2))],
    ['fixed', { alpha: 0.25, beta: 0.5 }, q14(0.25), q14(0.5)],
    ['fixed', { alpha: 0.25 }, q14(0.25), q14(0.75)],
    ['fixed', {}, q14(sigmoid(-3)), q14(1 - sigmoid(-3))],
  ] as const)('%s %o', (residual, given, scale, offset) => {
    const network = convertWith({ cell: 'FastRNN', residual, ...given }, { alpha: -2, beta: 1.5 });
    expect(network).toMatchObject({ stateBits: 12, scale, offset });
    expect(network.biasGate.length).toBe(0);
  });
});

describe('conversion', () => {
  test('gives the same network again, and leaves its arguments alone', () => {
    const parameters = parametersOf(base);
    const before = parameters.slice();
    const once = convert(base, parameters, normalisation, ranges, 1.25);
    expect(convert(base, parameters, normalisation, ranges, 1.25)).toEqual(once);
    expect(parameters).toEqual(before);
  });

  test('takes matrices of zeros, and tiny ones', () => {
    const zero = convertWith({}, { W1: 0, W2: 0, U1: 0, U2: 0, classifier: 0 });
    expect([...zero.w1.values, ...zero.u1.values, ...zero.classifier.values].every((v) => v === 0)).toBe(true);
    const tiny = convertWith({ uRank: 0 }, { U: 1e-30, classifier: 1e-30 });
    expect(tiny.u1.values.every((v) => v === 0)).toBe(true);
  });

  test('keeps biases of a classifier apart whose weights are tiny', () => {
    const whole = { ...base };
    const parameters = parametersOf(whole, { classifier: 1e-6 });
    parameters.set([100, 101], parameters.length - 2);
    const { classifierBias, classifier, stateBits } = convert(whole, parameters, normalisation, ranges, 1.25);
    expect(Array.from(classifierBias, (b) => b * 2 ** -(classifier.fractionBits + stateBits))).toEqual([100, 101]);
  });
});
