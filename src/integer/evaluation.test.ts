import { expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { agreement, predictInteger } from './evaluation.js';
import { equalSequences } from './input.js';
import { IntegerInterpreter } from './interpreter.js';

test('each sequence is predicted from a fresh state, whatever came before', () => {
  const random = new Random(9);
  const drawn = randomNetwork(random, { cell: 'FastGRNN', inputSize: 2, hiddenSize: 6, classes: 5, density: 1 });
  const network = { ...drawn, classifierBias: new Int32Array(5) };
  const [count, steps, features] = [30, 5, 2];
  const values = Int16Array.from({ length: count * steps * features }, () => random.below(65536) - 32768);
  const predictions = predictInteger(network, equalSequences(values, { count, steps, channels: features }));
  const alone = Array.from({ length: count }, (_, i) => {
    const interpreter = new IntegerInterpreter(network);
    for (let t = 0; t < steps; t++) interpreter.step(values.subarray((i * steps + t) * features));
    return interpreter.predict();
  });
  expect([...predictions]).toEqual(alone);
  expect(new Set(alone).size).toBeGreaterThan(1);
});

test('agreement is the fraction of equal places', () => {
  expect(agreement([1, 2, 3, 4], [1, 0, 3, 0])).toBe(0.5);
  expect(agreement(Int32Array.of(2, 2), [2, 2])).toBe(1);
});
