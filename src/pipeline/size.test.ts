import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { plainHead, type Architecture } from '../network/index.js';
import { modelBytes } from '../firmware/index.js';
import { randomNetwork, storages } from '../testing/random-network.js';
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

describe('packed matrices', () => {
  const sizes = { cell: 'FastGRNN', inputSize: 9, hiddenSize: 33, wRank: 4, uRank: 15, classes: 6 } as const;

  test('of 4-bit weights count half a byte an entry, the classifier among them, and a byte for an odd row', () => {
    const storage = { weightBits: 4, indices: 'byte' } as const;
    const network = randomNetwork(new Random(3), { ...sizes, density: 1, storage });
    const { gate, update } = network;
    const architecture: Architecture = { ...sizes, gate, update, residual: 'free', ...plainHead, vocabulary: 0 };
    const { bytes, parts } = networkSize(network, architecture).paper;
    const matrices = 33 * 2 + 4 * 5 + 33 * 8 + 15 * 17 + 6 * 17; // W1, W2, U1, U2, the classifier
    const vectors = 2 * 33 + 6 + 2; // biases, those of the classifier, zeta and nu
    expect(bytes).toBe(matrices + vectors);
    expect(parts.filter(({ name }) => name === 'classifier')).toMatchObject([{ entries: 198, bytes: 102 }]);
  });

  test('a classifier of 4 bits with few nonzeros counts them, each with its place', () => {
    const storage = { weightBits: 4, indices: 'byte' } as const;
    const network = randomNetwork(new Random(3), { ...sizes, density: 1, storage });
    const { gate, update, classifier } = network;
    const few = { ...classifier, values: classifier.values.map((_, i) => (i % 33 < 4 ? 3 : 0)) };
    const architecture: Architecture = { ...sizes, gate, update, residual: 'free', ...plainHead, vocabulary: 0 };
    const { parts } = networkSize({ ...network, classifier: few }, architecture).paper;
    expect(parts.filter(({ name }) => name === 'classifier')).toMatchObject([{ nonzeros: 24, bytes: 48 }]);
  });

  test.each(storages.slice(1))('stay near what firmware links: %o', (storage) => {
    for (const density of [0.1, 0.3, 0.6, 1]) {
      const network = randomNetwork(new Random(4), { ...sizes, gate: 'tanh', update: 'tanh', density, storage });
      const { gate, update } = network;
      const architecture: Architecture = { ...sizes, gate, update, residual: 'free', ...plainHead, vocabulary: 0 };
      const paperBytes = networkSize(network, architecture).paper.bytes;
      expect(modelBytes(network)).toBeLessThanOrEqual(1.2 * paperBytes + 256);
      expect(modelBytes(network)).toBeGreaterThan(paperBytes);
    }
  });
});
