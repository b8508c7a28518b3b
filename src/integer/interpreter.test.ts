import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { compareWithPage as compare, Page, randomInputs } from '../testing/integer-page.js';
import { integerCells, nonlinearityPair, nonlinearityPairs, randomNetwork } from '../testing/random-network.js';
import { IntegerInterpreter } from './interpreter.js';
import { stepInputs, type IntegerMatrix, type IntegerNetwork } from './network.js';

const steps = 6;
const int32 = { smallest: -(2n ** 31n), largest: 2n ** 31n - 1n };

describe.each(['usual', 'extreme'] as const)('random networks of %s values', (values) => {
  test.each(integerCells)('$cell $reset of every nonlinearity and rank: every value as on the page', (cell) => {
    for (let index = 0; index < 2 * nonlinearityPairs; index++) {
      const random = new Random(index, integerCells.indexOf(cell));
      const ranks = { wRank: index % 2 ? 1 + random.below(8) : 0, uRank: index & 2 ? 1 + random.below(8) : 0 };
      const network = randomNetwork(random, {
        ...cell,
        ...ranks,
        ...nonlinearityPair(index >> 1),
        mean: index % 3 === 0,
        vocabulary: index % 5 === 0 ? 1 + random.below(40) : 0,
        extreme: values === 'extreme',
      });
      const { differing, smallest, largest } = compare(network, randomInputs(random, steps * stepInputs(network)));
      expect(differing, `network ${index}`).toBe(0);
      expect(smallest >= int32.smallest && largest <= int32.largest, `32 bits, network ${index}`).toBe(true);
    }
  });
});

/**
 * The largest network with the widest limits, its weights such that all products of a unit's sum have the same sign: all
 * units positive, or every second one negative.
 */
function largestNetwork(
  choice: Pick<IntegerNetwork, 'cell' | 'update' | 'scale' | 'offset'>,
  alternating: boolean,
  shift: number,
): IntegerNetwork {
  const size = 255;
  const sign = (unit: number) => (alternating && unit % 2 ? -1 : 1);
  const full = (rows: number, entry: (row: number, column: number) => number): IntegerMatrix => {
    const values = Int8Array.from({ length: rows * size }, (_, i) => 127 * entry(Math.floor(i / size), i % size));
    return { rows, columns: size, values, fractionBits: 7 };
  };
  const sizes = { inputSize: size, hiddenSize: size, wRank: 0, uRank: 0, classes: 2 };
  return {
    ...randomNetwork(new Random(1), { ...sizes, ...choice, gate: 'hardTanh' }),
    ...choice,
    centre: Int16Array.of(0),
    multiplier: Int16Array.of(-32768),
    inputShift: Math.min(shift, 1),
    w1: full(size, sign),
    u1: full(size, (row, column) => sign(row) * sign(column)),
    w1Shift: shift,
    u1Shift: shift,
    inputLimit: 32767,
    stateLimit: 32767,
    biasUpdate: Int16Array.from({ length: size }, (_, j) => (sign(j) > 0 ? 32767 : -32768)),
    biasGate: new Int16Array(choice.cell === 'FastGRNN' ? size : 0).fill(-32768),
    classifier: full(2, (row, column) => (row ? -1 : 1) * sign(column)),
    classifierBias: Int32Array.of(1073741823, -1073741823),
  };
}

describe('the largest values', () => {
  const choices = [
    { cell: 'FastRNN', update: 'relu', scale: 32767, offset: 32767, alternating: false },
    { cell: 'FastRNN', update: 'hardTanh', scale: -32767, offset: 32767, alternating: true },
    { cell: 'FastGRNN', update: 'relu', scale: 32767, offset: 32767, alternating: false },
    { cell: 'FastGRNN', update: 'hardTanh', scale: -32767, offset: -32767, alternating: true },
  ] as const;
  // Lowest inputs times the lowest multiplier. Four steps bring every state to its limit.
  const inputs = new Int16Array(4 * 255).fill(-32768);

  test.each([0, 1, 30])('fit 32 bits, and fill them, with shifts of %i', (shift) => {
    let smallest = 0n;
    let largest = 0n;
    for (const { alternating, ...choice } of choices) {
      const result = compare(largestNetwork(choice, alternating, shift), inputs);
      expect(result.differing).toBe(0);
      if (result.smallest < smallest) smallest = result.smallest;
      if (result.largest > largest) largest = result.largest;
    }
    expect(smallest >= int32.smallest && largest <= int32.largest).toBe(true);
    // The page's bounds are no loose ones: step 8 and the sum in step 4 nearly reach 2^31, a rounded row its own bound.
    if (shift < 30) expect(largest).toBeGreaterThan(2n * 32767n ** 2n);
    if (shift === 0) expect(smallest).toBeLessThan(-2n * 255n * 127n * 32767n);
    if (shift === 30) expect(largest).toBeGreaterThanOrEqual(255n * 127n * 32767n + 2n ** 29n);
  });

  test('an extreme random network of 255 units and low ranks of 255', () => {
    const random = new Random(7);
    const sizes = { inputSize: 255, hiddenSize: 255, wRank: 255, uRank: 255, classes: 255 };
    const network = randomNetwork(random, { ...sizes, cell: 'FastGRNN', extreme: true, density: 1 });
    const { differing, smallest, largest } = compare(network, randomInputs(random, 2 * 255));
    expect(differing).toBe(0);
    expect(smallest >= int32.smallest && largest <= int32.largest).toBe(true);
  });
});

describe('negative controls: a departure from the page is noticed', () => {
  const departures = ['inputShift', 'w2Shift', 'w1Shift', 'u2Shift', 'u1Shift', 'gate', 'plain rounding'] as const;
  test.each(departures)('%s', (departure) => {
    const random = new Random(3);
    const network = randomNetwork(random, {
      cell: 'FastGRNN',
      inputSize: 6,
      hiddenSize: 12,
      wRank: 4,
      uRank: 4,
      gate: 'sigmoid',
      update: 'tanh',
      density: 1,
    });
    const quiet = { ...network, centre: Int16Array.of(0), multiplier: Int16Array.of(16384), stateBits: 12 };
    const inputs = Int16Array.from({ length: 40 * 6 }, () => random.below(4000) - 2000);
    expect(compare(quiet, inputs).differing).toBe(0);
    expect(compare(quiet, inputs, departure).differing).toBeGreaterThan(0);
  });
});

describe('negative controls of other cells', () => {
  test.each([
    { cell: 'FastGRNN', vectorZetaNu: true, departures: ['w1Shift', 'u1Shift', 'gate', 'plain rounding'] },
    { cell: 'FastRNN-vector', departures: ['blend', 'plain rounding'] },
    { cell: 'UGRNN', departures: ['w1Shift', 'u1Shift', 'blend', 'plain rounding'] },
    { cell: 'GRU', reset: 'before', departures: ['blend', 'reset', 'plain rounding'] },
    { cell: 'GRU', reset: 'after', departures: ['blend', 'reset', 'plain rounding'] },
    { cell: 'LSTM', departures: ['blend', 'output', 'plain rounding'] },
  ] as const)('$cell $reset', ({ departures, ...cell }) => {
    const random = new Random(3);
    const sizes = { inputSize: 6, hiddenSize: 12, wRank: 4, uRank: 4 };
    const network = randomNetwork(random, { ...cell, ...sizes, gate: 'sigmoid', update: 'tanh', density: 1 });
    const changed = { centre: Int16Array.of(0), multiplier: Int16Array.of(16384), stateBits: 9, memoryBits: 9 };
    const { memoryBits, ...others } = changed;
    const quiet = { ...network, ...(cell.cell === 'LSTM' ? { ...others, memoryBits } : others) };
    const inputs = Int16Array.from({ length: 40 * 6 }, () => random.below(4000) - 2000);
    expect(compare(quiet, inputs).differing).toBe(0);
    for (const departure of departures) {
      expect(compare(quiet, inputs, departure).differing, departure).toBeGreaterThan(0);
    }
  });
});

describe('the interpreter', () => {
  const network = randomNetwork(new Random(5), { cell: 'FastGRNN', inputSize: 3, hiddenSize: 5, classes: 3 });
  const inputs = randomInputs(new Random(6), 20 * 3);

  test('starts anew after a reset, and classify resets', () => {
    const interpreter = new IntegerInterpreter(network);
    const first = interpreter.classify(inputs, 0, 20);
    const states = [...interpreter.h];
    expect(interpreter.classify(inputs, 0, 20)).toBe(first);
    expect([...interpreter.h]).toEqual(states);
    interpreter.reset();
    expect([...interpreter.h, ...interpreter.r]).toEqual([0, 0, 0, 0, 0, 8192, 8192, 8192, 8192, 8192]);
  });

  test('takes the first of equal scores', () => {
    const equal = { ...network, classifier: { ...network.classifier, values: new Int8Array(15) } };
    const predict = (...bias: number[]) =>
      new IntegerInterpreter({ ...equal, classifierBias: Int32Array.from(bias) }).predict();
    expect([predict(0, 0, 0), predict(-1, 5, 5), predict(-3, -4, -3), predict(1, 2, 3)]).toEqual([0, 1, 0, 2]);
  });
});

describe('the mean of the states', () => {
  test('of more than 65535 steps is halved as on the page, and no sum leaves 32 bits', () => {
    const random = new Random(4);
    const shape = { mean: true, hiddenSize: 3, inputSize: 1, wRank: 0, uRank: 0, classes: 2, cell: 'FastRNN' } as const;
    // beta of 2 - 2^-13 and no bias: the states run to their limits and stay there.
    const network = { ...randomNetwork(random, shape), offset: 32767, stateLimit: 32767 };
    const interpreter = new IntegerInterpreter(network);
    const page = new Page(network);
    for (let t = 0; t < 65535 + 500; t++) {
      const x = Int16Array.of(random.below(65536) - 32768);
      interpreter.step(x);
      page.step(x);
      if (t > 100 && t < 65500) continue;
      expect([...interpreter.logits()].map(BigInt)).toEqual(page.logits());
    }
    expect(interpreter.count).toBe(32767 + 500);
    expect([...interpreter.h].map(Math.abs)).toEqual([32767, 32767, 32767]);
    expect(page.largest <= int32.largest && page.smallest >= int32.smallest).toBe(true);
    expect(page.largest > 2n ** 31n - 2n ** 23n || page.smallest < 2n ** 23n - 2n ** 31n).toBe(true); // and it comes near
  });

  test('before the first step is 0: the logits are the biases', () => {
    const network = randomNetwork(new Random(5), { mean: true });
    expect(new IntegerInterpreter(network).logits()).toEqual(network.classifierBias);
  });
});
