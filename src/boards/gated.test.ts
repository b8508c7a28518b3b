import { beforeAll, describe, expect, it } from 'vitest';
import { crc16 } from '../firmware/crc.js';
import { encodeBlob, picoImage, readHex, unoImage, unoLimits, writeHex, type Segment } from '../firmware/index.js';
import type { IntegerNetwork } from '../integer/index.js';
import { Random } from '../math/index.js';
import {
  cellName,
  gateByGateCells,
  randomNetwork,
  storages,
  type RandomNetworkOptions,
} from '../testing/random-network.js';
import { proofSequences, provePico, proveUno, simulate } from './index.js';

const cells = gateByGateCells.map((cell) => [cellName(cell), cell] as const);

const shapes: readonly RandomNetworkOptions[] = [
  { wRank: 0, uRank: 0, density: 1 },
  { wRank: 3, uRank: 4, density: 0.3, mean: true },
  { wRank: 3, uRank: 0, vocabulary: 20, extreme: true },
  { wRank: 0, uRank: 2, mean: true, extreme: true, gate: 'hardTanh' },
  { hiddenSize: 1, inputSize: 1, wRank: 1, uRank: 1, classes: 1 },
];

/** Every shape, and every way to store it. */
function networksOf(cell: RandomNetworkOptions, seed: number): IntegerNetwork[] {
  const random = new Random(seed);
  const stored = storages.slice(1).map((storage, k) => ({ storage, density: 0.3, extreme: k % 2 === 1 }));
  return [...shapes, ...stored].map((shape) => randomNetwork(random, { ...cell, ...shape }));
}

describe.each(cells)('the generic runtime of %s', (_, cell) => {
  it('gives every value on a simulated Uno, within its stack, and says what RAM it uses', async () => {
    for (const [k, network] of networksOf(cell, 31).entries()) {
      const image = await unoImage(network);
      const proof = proveUno(network, image, proofSequences(network, 40, k));
      expect(proof, `network ${k}`).toMatchObject({ bitExact: true, steps: 40, ramBytes: image.ramBytes });
      expect(proof.flashBytes).toBe(image.flashBytes);
      expect(proof.stackBytes).toBeLessThanOrEqual(image.stackReserve);
    }
  });

  it('gives every value on a simulated Pico', async () => {
    for (const [k, network] of networksOf(cell, 37).entries()) {
      const image = await picoImage(network);
      const proof = await provePico(network, image, proofSequences(network, 24, k));
      expect(proof, `network ${k}`).toMatchObject({ bitExact: true, steps: 24, ramBytes: image.ramBytes });
    }
  });

  it('is found wrong with one bias changed, and refuses a flipped bit', async () => {
    const network = randomNetwork(new Random(5), {
      ...{ ...cell, hiddenSize: 12, inputSize: 5, wRank: 3, uRank: 4, density: 1 },
      ...{ gate: 'sigmoid', update: 'tanh' },
    });
    const sequences = proofSequences(network, 64);
    const [first, ...rest] = network.biases ?? [network.biasUpdate];
    const changed = first.slice();
    changed[7] += 40;
    const other = network.biases ? { biases: [changed, ...rest] } : { biasUpdate: changed };
    const image = await unoImage({ ...network, ...other });
    const proof = proveUno(network, image, sequences);
    expect(proof).toMatchObject({ bitExact: false, firstDifference: { what: 'state' } });
    expect(proof.error).toBeUndefined();
    expect(await provePico(network, await picoImage({ ...network, ...other }), sequences)).toMatchObject({
      bitExact: false,
      firstDifference: { what: 'state' },
    });
    const [{ bytes }] = readHex(image.hex);
    bytes[image.blobAddress + 120] ^= 8;
    expect(proveUno(network, { hex: writeHex([{ address: 0, bytes }]) }, sequences)).toMatchObject({
      ...{ bitExact: false, steps: 0 },
      error: expect.stringContaining('checksum'),
    });
  });
});

describe('a blob for another runtime', () => {
  const [lstm, fastGRNN] = (['LSTM', 'FastGRNN'] as const).map((cell) => randomNetwork(new Random(8), { cell }));
  const programs = new Map<string, Uint8Array>();
  beforeAll(async () => {
    for (const network of [lstm, fastGRNN]) {
      const { hex, blobAddress } = await unoImage(network);
      programs.set(network.cell, readHex(hex)[0].bytes.subarray(0, blobAddress));
    }
  });

  /** The program of one cell with a blob behind it. */
  const image = (cell: IntegerNetwork['cell'], blob: Uint8Array): { hex: string } => {
    const program = programs.get(cell) ?? new Uint8Array();
    const segments: Segment[] = [
      { address: 0, bytes: program },
      { address: program.length, bytes: blob },
    ];
    return { hex: writeHex(segments) };
  };

  it('is refused by the format that it says', () => {
    const error = expect.stringContaining('a format that the program does not know');
    expect(proveUno(lstm, image('FastGRNN', encodeBlob(lstm)), [])).toMatchObject({ bitExact: false, error });
    expect(proveUno(fastGRNN, image('LSTM', encodeBlob(fastGRNN)), [])).toMatchObject({ bitExact: false, error });
    const right = proveUno(lstm, image('LSTM', encodeBlob(lstm)), proofSequences(lstm, 8));
    expect(right).toMatchObject({ bitExact: true, steps: 8 });
  });

  it.each<[string, (view: DataView) => void]>([
    ['an unknown cell', (view) => view.setUint8(19, 6)],
    ['an input shift of 31', (view) => view.setUint8(18, 31)],
    ['no fraction bits of the state', (view) => view.setUint8(23, 0)],
    ['13 fraction bits of c', (view) => view.setUint8(21, 13)],
    ['no limit of c', (view) => view.setInt16(26, 0, true)],
    ['a negative limit of the state', (view) => view.setInt16(30, -1, true)],
    ['a shift of 31 in the last gate', (view) => view.setUint8(36 + 3 * 9 + 3, 31)],
    ['no limit in the first gate', (view) => view.setInt16(36 + 5, 0, true)],
  ])('is refused where it holds %s', (_, change) => {
    const blob = encodeBlob(lstm);
    const view = new DataView(blob.buffer);
    change(view);
    view.setUint16(blob.length - 2, crc16(blob.subarray(0, -2)), true);
    expect(proveUno(lstm, image('LSTM', blob), [])).toMatchObject({
      bitExact: false,
      error: expect.stringContaining('outside the definition'),
    });
  });
});

describe('unoImage of a cell of several gates', () => {
  it('refuses what flash or RAM have no room for, with need and limit; the program itself does, too', async () => {
    const shape = { cell: 'LSTM', wRank: 1, uRank: 1, gate: 'hardTanh', update: 'hardTanh', inputSize: 9 } as const;
    const lstm = (hiddenSize: number) => randomNetwork(new Random(1), { ...shape, hiddenSize, density: 0.02 });
    let hiddenSize = 200;
    while ((await unoImage(lstm(hiddenSize)).catch(() => undefined)) === undefined) hiddenSize--;
    const fitting = lstm(hiddenSize);
    const fits = await unoImage(fitting);
    const proof = proveUno(fitting, fits, proofSequences(fitting, 8));
    expect(proof).toMatchObject({ bitExact: true, steps: 8 });
    expect(proof.ramBytes + proof.stackBytes).toBeLessThanOrEqual(unoLimits.ram);
    const large = lstm(hiddenSize + 1);
    await expect(unoImage(large)).rejects.toThrow(/needs \d+ bytes of an Uno's RAM .* it has 2048/);
    const [{ bytes }] = readHex(fits.hex);
    const segments = [
      { address: 0, bytes: bytes.slice(0, fits.blobAddress) },
      { address: fits.blobAddress, bytes: encodeBlob(large) },
    ];
    expect(proveUno(large, { hex: writeHex(segments) }, [])).toMatchObject({
      bitExact: false,
      error: expect.stringContaining('more RAM'),
    });
    const full = randomNetwork(new Random(1), { ...shape, wRank: 0, uRank: 0, hiddenSize: 100, density: 1 });
    await expect(unoImage(full)).rejects.toThrow(new RegExp(`flash \\(${encodeBlob(full).length} .*it has 32256`));
  });
});

it('is a build of simulate, on both boards', async () => {
  const network = randomNetwork(new Random(2), { cell: 'GRU', reset: 'after', hiddenSize: 9 });
  for (const board of ['uno', 'rp2040'] as const) {
    const result = await simulate(network, { board, builds: ['runtime'], sequences: proofSequences(network, 16) });
    expect(result.runtime).toMatchObject({ bitExact: true, steps: 16 });
    expect(result.skipped).toEqual({});
  }
});
