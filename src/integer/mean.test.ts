import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { IntegerInterpreter } from './interpreter.js';
import type { IntegerNetwork } from './network.js';

const million = 1_000_000;

/** A classifier of weights 1 and no bias, so that logit l is the mean of state l. */
function means(network: IntegerNetwork): IntegerNetwork {
  const { hiddenSize: size } = network;
  const values = new Int8Array(size * size);
  for (let j = 0; j < size; j++) values[j * size + j] = 1;
  return {
    ...network,
    classes: size,
    classifier: { rows: size, columns: size, values, fractionBits: 0 },
    classifierBias: new Int32Array(size),
  };
}

const shape = { mean: true, cell: 'FastGRNN', hiddenSize: 3, inputSize: 1, wRank: 0, uRank: 0, density: 1 } as const;

/** States that reach their limits and stay: alpha and beta of 1 or more, and biases of either sign. */
function atLimits(stateLimit: number): IntegerNetwork {
  const drawn = randomNetwork(new Random(1), { ...shape, cell: 'FastRNN', update: 'hardTanh' });
  return means({
    ...drawn,
    stateLimit,
    w1: { ...drawn.w1, values: new Int8Array(3) },
    u1: { ...drawn.u1, values: new Int8Array(9) },
    scale: 32767,
    offset: 16384,
    biasUpdate: Int16Array.of(4096, -4096, 4096),
  });
}

describe('a million steps', () => {
  test.each([32767, 32766, 101])('of states at their limit %i: the mean is that limit, at every step', (limit) => {
    const interpreter = new IntegerInterpreter(atLimits(limit));
    const x = Int16Array.of(0);
    for (let t = 0; t < 40; t++) interpreter.step(x);
    expect([...interpreter.h]).toEqual([limit, -limit, limit]);
    // From here on, as a stream of its own: the way to the limit would stay in the mean.
    interpreter.sums.fill(0);
    interpreter.count = 0;
    const out = new Int32Array(3);
    let wrong = 0;
    for (let t = 0; t < million; t++) {
      interpreter.step(x);
      interpreter.logits(out);
      if (out[0] !== limit || out[1] !== -limit || out[2] !== limit) wrong++;
    }
    expect(wrong).toBe(0);
  });

  /*
   * The mean as real numbers: the sums in float64, halved without a floor. Its rounding is half a unit, and all floors together stay
   * below 2^-15 units (docs/integer-network.md).
   */
  test('of noise: the mean is that of real numbers, rounded, and its weights those of the page', () => {
    const random = new Random(8);
    const interpreter = new IntegerInterpreter(means(randomNetwork(random, shape)));
    const sums = new Float64Array(3);
    const out = new Int32Array(3);
    let count = 0;
    let most = 0;
    for (let t = 0; t < million; t++) {
      interpreter.step(Int16Array.of(random.below(65536) - 32768));
      interpreter.h.forEach((h, j) => (sums[j] += h));
      count++;
      if (count === 65536) {
        count = 32768;
        for (let j = 0; j < 3; j++) sums[j] /= 2;
      }
      interpreter.logits(out);
      for (let j = 0; j < 3; j++) most = Math.max(most, Math.abs(out[j] - sums[j] / count));
    }
    expect(interpreter.count).toBe(count);
    expect(most).toBeLessThanOrEqual(0.5 + 2 ** -15);
    expect(most).toBeGreaterThan(0.25); // the sums weren't all alike
  });

  /** The twin: with sums halved at 65535, whose half is no whole number, a mean leaves its limit and int16. */
  test('negative control: halving at 65535 steps would leave the limit', () => {
    let sum = 0;
    let count = 0;
    let most = 0;
    for (let t = 0; t < million; t++) {
      if (count === 65535) {
        count = 32767;
        sum = Math.floor(sum / 2);
      }
      count++;
      sum += 32767;
      most = Math.max(most, Math.floor((sum + (count >> 1)) / count));
    }
    expect(most).toBe(32768);
  });
});

test('halves round away from 0, and reading changes nothing', () => {
  const network = means(randomNetwork(new Random(3), shape));
  const interpreter = new IntegerInterpreter(network);
  const mean = (sums: readonly number[], count: number) => {
    interpreter.sums.set(sums);
    interpreter.count = count;
    const first = [...interpreter.logits()];
    expect([...interpreter.logits()]).toEqual(first);
    return first;
  };
  expect(mean([3, -3, 5], 2)).toEqual([2, -2, 3]);
  expect(mean([4, -4, 5], 3)).toEqual([1, -1, 2]);
  expect(mean([65535 * 32767, -65535 * 32767, 32767], 65535)).toEqual([32767, -32767, 0]);
  interpreter.reset();
  expect([...interpreter.logits()]).toEqual([0, 0, 0]);
});
