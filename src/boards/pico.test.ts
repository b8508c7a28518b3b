import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compilePico, picoImage, picoLimits, writeHex, type Segment } from '../firmware/index.js';
import { Random } from '../math/index.js';
import { randomNetwork, realisticNetwork } from '../testing/random-network.js';
import { proofSequences, provePico, simulate } from './index.js';

const network = realisticNetwork(new Random(3), { gate: 'sigmoid', update: 'tanh' });
const compiler = spawnSync('arm-none-eabi-gcc', ['--version'], { encoding: 'utf8' }).stdout?.split('\n')[0];

describe('the generic runtime on a simulated Pico', () => {
  it('gives every value, its figures among them', async () => {
    const image = await picoImage(network);
    const proof = await provePico(network, image, proofSequences(network, 64));
    expect(proof).toMatchObject({ bitExact: true, sequences: 8, steps: 64, ramBytes: image.ramBytes });
    expect(proof.flashBytes).toBe(image.flashBytes);
    expect(proof.msPerStep).toBeCloseTo(proof.cyclesPerStep / 125_000, 9);
    expect(proof.stackBytes).toBeGreaterThan(0);
    expect(proof.stackBytes).toBeLessThan(512);
  });

  it('is exact for random networks of every kind', async () => {
    const random = new Random(17);
    for (let k = 0; k < 12; k++) {
      const drawn = randomNetwork(random, { extreme: k % 3 > 0, mean: k % 4 === 1, vocabulary: k % 5 === 2 ? 30 : 0 });
      const proof = await provePico(drawn, await picoImage(drawn), proofSequences(drawn, 16, k));
      expect(proof, `network ${k}`).toMatchObject({ bitExact: true, steps: 16 });
    }
  });

  it('refuses a damaged blob, and notices one with another bias', async () => {
    const { segments, blobAddress } = await picoImage(network);
    const damaged = segments.map(({ address, bytes }): Segment => {
      const changed = bytes.slice();
      if (address === blobAddress) changed[200] ^= 4;
      return { address, bytes: changed };
    });
    expect(await provePico(network, { segments: damaged }, proofSequences(network, 8))).toMatchObject({
      bitExact: false,
      steps: 0,
      error: expect.stringContaining('checksum'),
    });
    const biasUpdate = network.biasUpdate.slice();
    biasUpdate[7]++;
    const other = await picoImage({ ...network, biasUpdate });
    expect(await provePico(network, other, proofSequences(network, 64))).toMatchObject({
      bitExact: false,
      firstDifference: { what: 'state', index: 7 },
    });
  });

  it('is no program: zeros, random bytes, bytes outside of flash, a text that is no HEX', async () => {
    const random = new Random(1);
    const at = picoLimits.vectors;
    const [boot] = (await picoImage(network)).segments;
    const images = [
      { segments: [boot, { address: at, bytes: new Uint8Array(4096) }] },
      { segments: [boot, { address: at, bytes: Uint8Array.from({ length: 4096 }, () => random.below(256)) }] },
      { hex: writeHex([{ address: 0, bytes: new Uint8Array(16) }]) },
      { hex: 'none' },
    ];
    for (const image of images) {
      const proof = await provePico(network, image, proofSequences(network, 8));
      expect(proof).toMatchObject({ bitExact: false, steps: 0, error: expect.any(String) });
    }
  });
});

describe.runIf(compiler)('exported C on a simulated Pico', () => {
  it('gives every value, and says where the flash goes', async () => {
    const { runtime, generated, skipped } = await simulate(network, {
      board: 'rp2040',
      sequences: proofSequences(network, 64),
    });
    expect(skipped).toEqual({});
    expect(runtime?.bitExact).toBe(true);
    expect(generated).toMatchObject({ bitExact: true, steps: 64, compiler });
    const built = await compilePico(network);
    const parts = built?.flash ?? { weights: 0, tables: 0, code: 0 };
    expect(parts.tables).toBe(66);
    expect(parts.weights).toBeGreaterThan(2 * network.hiddenSize);
    expect(parts.weights + parts.tables + parts.code).toBe(built?.flashBytes);
    expect(generated?.flashBytes).toBe(built?.flashBytes);
  });
});
