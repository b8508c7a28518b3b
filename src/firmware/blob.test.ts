import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainStorage, tablesOf, tanhTable, type IntegerNetwork } from '../integer/index.js';
import { Random } from '../math/index.js';
import { integerCellOf, randomNetwork, storages } from '../testing/random-network.js';
import { encodeBlob, modelBytes } from './blob.js';
import { crc16 } from './crc.js';
import { decodeBlob } from './decode.js';
import { ImageError } from './errors.js';
import { encodeRow, smallerForm } from './rows.js';

/** A blob leaves out what decides no result. */
function withoutFractionBits(network: IntegerNetwork): IntegerNetwork {
  const plain = <M extends IntegerNetwork['w2']>(m: M) => m && { ...m, fractionBits: 0 };
  return {
    ...network,
    inputBits: 0,
    embedding: plain(network.embedding),
    w2: plain(network.w2),
    u2: plain(network.u2),
    w1: { ...network.w1, fractionBits: 0 },
    u1: { ...network.u1, fractionBits: 0 },
    ...(network.furtherGates && {
      furtherGates: network.furtherGates.map(({ w2, u2, w1, u1, ...gate }) => ({
        ...gate,
        ...{ w2: plain(w2), u2: plain(u2), w1: { ...w1, fractionBits: 0 }, u1: { ...u1, fractionBits: 0 } },
      })),
    }),
    classifier: { ...network.classifier, fractionBits: 0 },
  };
}

/** The paper's accounting (one byte an entry, two a nonzero below half), counted here on its own. */
function paperBytes(network: IntegerNetwork): number {
  const matrix = (m: IntegerNetwork['w2']): number => {
    if (!m) return 0;
    const nonzeros = m.values.filter((value) => value !== 0).length;
    return nonzeros < 0.5 * m.values.length ? 2 * nonzeros : m.values.length;
  };
  return (
    [network.w1, network.w2, network.u1, network.u2].reduce((sum, m) => sum + matrix(m), 0) +
    network.biasGate.length +
    network.biasUpdate.length +
    network.classifier.values.length +
    network.classes +
    2
  );
}

describe('encodeBlob', () => {
  it('gives the network back, whatever it is', () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, extreme) => {
        const vocabulary = seed % 3 === 0 ? 1 + (seed % 50) : 0;
        const storage = storages[seed % storages.length];
        const cell = integerCellOf(seed);
        const network = randomNetwork(new Random(seed), {
          ...cell,
          extreme,
          mean: seed % 2 === 1,
          vocabulary,
          storage,
        });
        const blob = encodeBlob(network);
        const decoded = decodeBlob(blob);
        expect(decoded).toEqual(withoutFractionBits(network));
        expect(encodeBlob(decoded)).toEqual(blob);
      }),
      { numRuns: 120 },
    );
  });

  it('bridges gaps of more than 127 columns', () => {
    const values = new Int8Array(255);
    values[0] = 1;
    values[254] = -1;
    const matrix = { rows: 1, columns: 255, values, fractionBits: 7 };
    expect(smallerForm(matrix, plainStorage)).toBe('sparse');
    expect(encodeRow(matrix, 0, 'sparse')).toEqual([3, 0, 1, 254, 0, 250, 255]);
    const network = randomNetwork(new Random(1), { inputSize: 255, hiddenSize: 1, wRank: 0 });
    expect(decodeBlob(encodeBlob({ ...network, w1: matrix })).w1.values).toEqual(values);
  });

  it.each([
    ['dense', 24, 32, 4, 6, 12, 1],
    ['sparse', 64, 28, 10, 18, 10, 0.3],
    ['paper-sized Google-12', 100, 32, 16, 25, 12, 0.3],
  ] as const)('stays near the paper’s accounting: %s', (_, hiddenSize, inputSize, wRank, uRank, classes, density) => {
    const network = randomNetwork(new Random(2), {
      cell: 'FastGRNN',
      hiddenSize,
      inputSize,
      wRank,
      uRank,
      classes,
      density,
      gate: 'sigmoid',
      update: 'tanh',
      classifierDensity: 1,
    });
    expect(modelBytes(network)).toBeLessThanOrEqual(1.2 * paperBytes(network) + 256);
  });

  it('counts every array: the size of a dense network by hand', () => {
    const network = randomNetwork(new Random(4), {
      cell: 'FastGRNN',
      hiddenSize: 24,
      inputSize: 32,
      wRank: 4,
      uRank: 6,
      classes: 12,
      density: 1,
      gate: 'sigmoid',
      update: 'tanh',
    });
    const matrices = 4 * 32 + 24 * 4 + 6 * 24 + 24 * 6 + 12 * 24;
    const affine = 4 * network.centre.length;
    expect(modelBytes(network)).toBe(36 + 2 * tanhTable.length + affine + matrices + 2 * 2 * 24 + 4 * 12 + 2);
  });
});

it('counts an embedding as one byte an entry and its number, and a mean as nothing', () => {
  const options = { inputSize: 5, hiddenSize: 8, wRank: 0, uRank: 0, density: 1, classes: 2 } as const;
  const tokens = randomNetwork(new Random(4), { ...options, cell: 'FastGRNN', vocabulary: 30 });
  const table = encodeBlob(tokens).length - encodeBlob({ ...tokens, mean: true }).length;
  expect(table).toBe(0);
  const matrices = 30 * 5 + 8 * 5 + 8 * 8 + 2 * 8;
  const tanh = tablesOf(tokens).reduce((sum, { length }) => sum + 2 * length, 0);
  expect(modelBytes(tokens)).toBe(36 + tanh + 2 + matrices + 2 * 2 * 8 + 4 * 2 + 2);
});

describe('decodeBlob', () => {
  const blob = encodeBlob(randomNetwork(new Random(7)));

  it.each([0, 1, 2, 4, 12, 40, blob.length - 1])('refuses a flipped bit in byte %i', (at) => {
    const damaged = blob.slice();
    damaged[at] ^= 4;
    expect(() => decodeBlob(damaged)).toThrow(ImageError);
  });

  it('refuses a blob that is cut off, or that goes on', () => {
    expect(() => decodeBlob(blob.subarray(0, blob.length - 1))).toThrow(/its header says/);
    expect(() => decodeBlob(Uint8Array.of(...blob, 0))).toThrow(/its header says/);
    expect(() => decodeBlob(new Uint8Array(0))).toThrow(ImageError);
  });
});

describe('decodeBlob of a cell of several gates', () => {
  it('refuses a cell that it does not know', () => {
    const blob = encodeBlob(randomNetwork(new Random(7), { cell: 'LSTM' }));
    blob[19] = 6;
    new DataView(blob.buffer).setUint16(blob.length - 2, crc16(blob.subarray(0, -2)), true);
    expect(() => decodeBlob(blob)).toThrow(/unknown cell code 6/);
  });
});

describe('crc16', () => {
  it('gives the published check value of CRC-16/MCRF4XX', () => {
    expect(crc16(new TextEncoder().encode('123456789'))).toBe(0x6f91);
  });
});
