import { expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { plainHead, type Architecture } from '../network/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { networkSize } from './size.js';

test('an embedding counts as a matrix of the model, but not as multiplications of a step', () => {
  const sizes = { cell: 'FastGRNN', inputSize: 4, hiddenSize: 6, wRank: 0, uRank: 0, classes: 2 } as const;
  const vocabulary = 25;
  const network = randomNetwork(new Random(2), { ...sizes, vocabulary, density: 1 });
  const { gate, update, embedding } = network;
  const architecture: Architecture = { ...sizes, gate, update, residual: 'free', ...plainHead, vocabulary };
  const { paper, nonzeros, recurrentNonzeros } = networkSize(network, architecture);
  const part = paper.parts.find(({ name }) => name === 'embedding');
  expect(part).toMatchObject({ entries: 100, bytes: 100 });
  expect(paper.parts.filter(({ name }) => name === 'embedding')).toHaveLength(1);

  const numbers = networkSize({ ...network, embedding: undefined }, { ...architecture, vocabulary: 0 });
  expect(paper.bytes - numbers.paper.bytes).toBe(100);
  expect(recurrentNonzeros).toBe(numbers.recurrentNonzeros);
  expect(nonzeros - numbers.nonzeros).toBe(embedding?.values.filter((value) => value !== 0).length);
});
