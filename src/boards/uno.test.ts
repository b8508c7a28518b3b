import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  compileUno,
  encodeBlob,
  ExportError,
  readHex,
  unoImage,
  unoLimits,
  vectorBytes,
  writeHex,
} from '../firmware/index.js';
import type { IntegerNetwork } from '../integer/index.js';
import { Random } from '../math/index.js';
import { randomNetwork, realisticNetwork } from '../testing/random-network.js';
import { proofSequences, proveUno, simulate } from './index.js';

/** With the interpolated nonlinearities. */
const realistic = realisticNetwork(new Random(3), { gate: 'sigmoid', update: 'tanh' });

describe('the generic runtime on a simulated Uno', () => {
  it('gives every value of 1000 steps of a realistic network', async () => {
    const proof = proveUno(realistic, await unoImage(realistic), proofSequences(realistic, 1000));
    expect(proof).toMatchObject({ bitExact: true, sequences: 8, steps: 1000 });
    expect(proof.msPerStep).toBeCloseTo(proof.cyclesPerStep / 16000, 9);
    expect(proof.minCyclesPerStep).toBeLessThanOrEqual(proof.cyclesPerStep);
    expect(proof.maxCyclesPerStep).toBeGreaterThanOrEqual(proof.cyclesPerStep);
    expect(proof.msPerPrediction).toBeGreaterThan(125 * proof.msPerStep);
  });

  it.each([
    ['H = 1, D = 1, full rank', { hiddenSize: 1, inputSize: 1, wRank: 0, uRank: 0 }],
    ['H = 1, D = 1, rank 1', { hiddenSize: 1, inputSize: 1, wRank: 1, uRank: 1 }],
    ['full rank, dense', { wRank: 0, uRank: 0, density: 1 }],
    ['full rank, sparse, wide', { wRank: 0, uRank: 0, hiddenSize: 150, inputSize: 140, density: 0.02 }],
    ['no weights', { density: 0 }],
    ['the mean of the states', { mean: true }],
    ['tokens', { vocabulary: 50 }],
    ['the mean of the states of tokens, one output', { mean: true, vocabulary: 9, cell: 'FastRNN', classes: 1 }],
    ['FastRNN', { cell: 'FastRNN' }],
    ['relu and hard nonlinearities', { gate: 'hardSigmoid4', update: 'relu' }],
    ['tanh gate', { cell: 'FastGRNN', gate: 'tanh', update: 'sigmoid' }],
    ['eight segments', { cell: 'FastGRNN', gate: 'sigmoid8', update: 'tanh8' }],
    ['both tables', { cell: 'FastGRNN', gate: 'tanh8', update: 'sigmoid' }],
  ] as const)('is exact: %s', async (_, shape) => {
    for (const extreme of [false, true]) {
      const network = randomNetwork(new Random(9), { ...shape, extreme });
      expect(proveUno(network, await unoImage(network), proofSequences(network, 40))).toMatchObject({ bitExact: true });
    }
  });

  it('is exact for random networks of every kind', async () => {
    const random = new Random(17);
    for (let k = 0; k < 24; k++) {
      const network = randomNetwork(random, { extreme: k % 3 > 0 });
      const proof = proveUno(network, await unoImage(network), proofSequences(network, 16, k));
      expect(proof, `network ${k}`).toMatchObject({ bitExact: true, steps: 16 });
    }
  });

  it('is exact for means and tokens of every cell, usual and extreme', async () => {
    const random = new Random(23);
    for (let k = 0; k < 16; k++) {
      const network = randomNetwork(random, {
        cell: k & 1 ? 'FastRNN' : 'FastGRNN',
        mean: (k & 2) > 0,
        vocabulary: k & 4 ? 1 + 9 * k : 0,
        extreme: (k & 8) > 0,
      });
      const image = await unoImage(network);
      const proof = proveUno(network, image, proofSequences(network, 24, k));
      expect(proof, `network ${k}`).toMatchObject({ bitExact: true, steps: 24, ramBytes: image.ramBytes });
      expect(proof.stackBytes).toBeLessThanOrEqual(image.stackReserve);
    }
  });

  it('is exact where the sums of a mean are halved', async () => {
    const drawn = randomNetwork(new Random(2), {
      mean: true,
      cell: 'FastRNN',
      inputSize: 1,
      hiddenSize: 1,
      wRank: 0,
      uRank: 0,
      classes: 1,
      density: 0,
    });
    const network = { ...drawn, scale: 32767, offset: 16384, stateLimit: 32767, biasUpdate: Int16Array.of(4096) };
    const image = await unoImage(network);
    const sequences = [{ inputs: new Int16Array(65540), steps: 65540 }];
    expect(proveUno(network, image, sequences)).toMatchObject({ bitExact: true, steps: 65540 });
    // The twin: the definition that is one step off.
    const other = { ...network, stateLimit: 32766 };
    expect(proveUno(other, image, [{ inputs: new Int16Array(64), steps: 64 }]).bitExact).toBe(false);
  });

  it('stays inside its stack reserve, and says what RAM it uses', async () => {
    const image = await unoImage(realistic);
    const proof = proveUno(realistic, image, proofSequences(realistic, 8));
    expect(proof.ramBytes).toBe(image.ramBytes);
    expect(proof.flashBytes).toBe(image.flashBytes);
    expect(proof.stackBytes).toBeGreaterThan(10);
    expect(proof.stackBytes).toBeLessThanOrEqual(image.stackReserve);
  });
});

/** The compiler that the committed runtime names; other versions are proven, too, but give other bytes. */
const compiler = spawnSync('avr-gcc', ['--version'], { encoding: 'utf8' }).stdout?.split('\n')[0];

describe.runIf(compiler)('exported C on a simulated Uno', () => {
  it.each([
    ['dense, of full rank', { cell: 'FastGRNN', wRank: 0, uRank: 0, density: 1, gate: 'tanh', update: 'relu' }],
    ['sparse, of low rank', { cell: 'FastGRNN', wRank: 3, uRank: 4, density: 0.3, gate: 'sigmoid', update: 'tanh' }],
    ['FastRNN', { cell: 'FastRNN', update: 'sigmoid' }],
    ['eight segments', { cell: 'FastGRNN', gate: 'sigmoid8', update: 'tanh8' }],
    ['both tables', { cell: 'FastGRNN', gate: 'sigmoid', update: 'tanh8' }],
    ['tokens', { vocabulary: 40 }],
    ['the mean of the states', { mean: true, cell: 'FastGRNN' }],
    ['the mean of the states of tokens, one output', { mean: true, vocabulary: 7, cell: 'FastRNN', classes: 1 }],
  ] as const)('is exact: %s, usual and extreme', async (_, shape) => {
    for (const extreme of [false, true]) {
      const network = randomNetwork(new Random(21), { ...shape, extreme });
      const image = await compileUno(network);
      expect(proveUno(network, image ?? { hex: '' }, proofSequences(network, 40))).toMatchObject({ bitExact: true });
    }
  });
});

describe('an image that is not the network’s', () => {
  const sequences = proofSequences(realistic, 64);
  let hex = '';
  let blobAddress = 0;
  beforeAll(async () => ({ hex, blobAddress } = await unoImage(realistic)));

  /** The image with one byte changed. */
  function patched(address: number, change: (byte: number) => number): string {
    const [segment] = readHex(hex);
    const bytes = segment.bytes.slice();
    bytes[address] = change(bytes[address]);
    return writeHex([{ address: 0, bytes }]);
  }

  it('has one flipped bit in the blob: the runtime reports its checksum', () => {
    const proof = proveUno(realistic, { hex: patched(blobAddress + 100, (byte) => byte ^ 8) }, sequences);
    expect(proof).toMatchObject({ bitExact: false, steps: 0, error: expect.stringContaining('checksum') });
  });

  it('has a damaged magic, version or length', () => {
    const error = (at: number) =>
      proveUno(realistic, { hex: patched(blobAddress + at, (byte) => byte ^ 128) }, sequences).error;
    expect(error(0)).toMatch(/no model blob/);
    expect(error(2)).toMatch(/a format that the program does not know/);
    expect(error(5)).toMatch(/wrong length/);
  });

  it('holds another network of other sizes', async () => {
    const other = await unoImage(randomNetwork(new Random(8), { inputSize: 20, hiddenSize: 31, classes: 6 }));
    expect(proveUno(realistic, other, sequences)).toMatchObject({
      bitExact: false,
      error: expect.stringContaining('another network'),
    });
  });

  it('holds a network whose one bias differs by one: a value differs', async () => {
    const biasUpdate = realistic.biasUpdate.slice();
    biasUpdate[7]++;
    const proof = proveUno(realistic, await unoImage({ ...realistic, biasUpdate }), sequences);
    expect(proof).toMatchObject({ bitExact: false, firstDifference: { what: 'state', index: 7 } });
    expect(proof.error).toBeUndefined();
  });

  it('rounds differently in one place: 8191 instead of 8192 in equation 7', () => {
    // ldi rX, 0x20 loads the high byte of 8192; find those of the program and change each in turn.
    const [{ bytes }] = readHex(hex);
    const places: number[] = [];
    for (let at = 0; at < blobAddress; at += 2) {
      if ((bytes[at + 1] & 0xf0) === 0xe0 && (((bytes[at + 1] & 15) << 4) | (bytes[at] & 15)) === 0x20) places.push(at);
    }
    const proofs = places.map((at) => proveUno(realistic, { hex: patched(at, (byte) => byte ^ 1) }, sequences));
    expect(proofs.some(({ firstDifference }) => firstDifference !== undefined)).toBe(true);
  });

  it('is no program: text, zeros, random bytes, a program that never answers', () => {
    const random = new Random(1);
    const images = [
      'not a hex file',
      writeHex([]),
      writeHex([{ address: 0, bytes: new Uint8Array(4096) }]),
      writeHex([{ address: 0, bytes: Uint8Array.from({ length: 8192 }, () => random.below(256)) }]),
      writeHex([{ address: 0, bytes: Uint8Array.of(0xff, 0xcf) }]), // rjmp to itself
      writeHex([{ address: 0x7fff, bytes: new Uint8Array(4) }]),
    ];
    for (const image of images) {
      expect(proveUno(realistic, { hex: image }, sequences)).toMatchObject({
        bitExact: false,
        steps: 0,
        error: expect.any(String),
      });
    }
  });
});

describe('unoImage', () => {
  const fits = { gate: 'hardTanh', update: 'hardTanh', density: 1, wRank: 0, uRank: 0 } as const;

  it('refuses a network that is larger than flash, with need and limit', async () => {
    const network = randomNetwork(new Random(1), { ...fits, inputSize: 60, hiddenSize: 150 });
    await expect(unoImage(network)).rejects.toThrow(ExportError);
    await expect(unoImage(network)).rejects.toThrow(new RegExp(`${encodeBlob(network).length} .*it has 32256`));
  });

  it('refuses a network whose vectors need more than RAM; the runtime itself does, too', async () => {
    const network = (hiddenSize: number): IntegerNetwork =>
      randomNetwork(new Random(1), { ...fits, density: 0.02, inputSize: 255, hiddenSize });
    let hiddenSize = 255;
    while ((await unoImage(network(hiddenSize)).catch(() => undefined)) === undefined) hiddenSize--;
    const fitting = network(hiddenSize);
    const proof = proveUno(fitting, await unoImage(fitting), proofSequences(fitting, 8));
    expect(proof).toMatchObject({ bitExact: true, steps: 8 });
    expect(proof.ramBytes + proof.stackBytes).toBeLessThanOrEqual(unoLimits.ram);

    const large = network(hiddenSize + 1);
    await expect(unoImage(large)).rejects.toThrow(/bytes of an Uno's RAM .* it has 2048/);
    expect(vectorBytes(large)).toBeLessThan(unoLimits.ram);

    const image = await unoImage(realistic);
    const [{ bytes }] = readHex(image.hex);
    const program = bytes.slice(0, image.blobAddress);
    const hex = writeHex([
      { address: 0, bytes: program },
      { address: image.blobAddress, bytes: encodeBlob(large) },
    ]);
    expect(proveUno(large, { hex }, [])).toMatchObject({ bitExact: false, error: expect.stringContaining('more RAM') });
  });
});

describe('the committed runtime', () => {
  const arm = spawnSync('arm-none-eabi-gcc', ['-dumpversion'], { encoding: 'utf8' }).stdout?.trim();
  it.runIf(compiler === 'avr-gcc (GCC) 5.4.0' && arm === '12.2.1')('is what its sources give', () => {
    const script = fileURLToPath(new URL('../../tools/build-runtimes.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

describe('simulate', () => {
  it('proves the runtime and, where avr-gcc is found, the exported C', async () => {
    const { runtime, generated, skipped } = await simulate(realistic, {
      board: 'uno',
      sequences: proofSequences(realistic, 64),
    });
    expect(runtime).toMatchObject({ bitExact: true, steps: 64 });
    if (compiler) {
      expect(generated).toMatchObject({ bitExact: true, steps: 64, compiler: expect.stringContaining('avr-gcc') });
      expect(skipped).toEqual({});
    } else {
      expect(generated).toBeUndefined();
      expect(skipped['uno generated']).toMatch(/avr-gcc not found/);
    }
  });

  it('proves an image that it is given', async () => {
    const { hex } = await unoImage(realistic);
    const sequences = proofSequences(realistic, 16);
    const image = new TextEncoder().encode(hex);
    expect((await simulate(realistic, { board: 'uno', image, sequences })).runtime?.bitExact).toBe(true);
    const damaged = await simulate(realistic, { board: 'uno', image: image.subarray(0, 5000), sequences });
    expect(damaged.runtime).toMatchObject({ bitExact: false, error: expect.stringContaining('Intel HEX') });
  });
});
