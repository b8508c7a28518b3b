import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  compilePico,
  compileUnoC,
  compileUnoDetector,
  detectorProgram,
  type DetectorSource,
} from '../firmware/index.js';
import { Random } from '../math/index.js';
import { firingDetector } from '../testing/random-detector.js';
import { randomNetwork } from '../testing/random-network.js';
import { proofSequences, provePico, proveUno } from './index.js';

const avr = spawnSync('avr-gcc', ['--version']).status === 0;
const arm = spawnSync('arm-none-eabi-gcc', ['--version']).status === 0;

/** A carried state, then several staggered ones, and so on. */
function drawn(k: number): DetectorSource {
  const random = new Random(40 + k);
  const network = randomNetwork(random, { classes: 3, hiddenSize: 12, inputSize: 6 });
  const fixed = {
    refractory: 3,
    smoothing: k,
    ...(k % 2 ? { states: 3, window: 12 } : { states: 1, window: 0 }),
  };
  return { network, detector: firingDetector(random, network, fixed) };
}

describe('a network with its detector', () => {
  it.runIf(avr)('gives every state, score and event on a simulated Uno', async () => {
    for (const k of [0, 1]) {
      const source = drawn(k);
      const image = await compileUnoDetector(source);
      if (!image) throw new Error('avr-gcc is gone');
      const proof = proveUno(source, image, proofSequences(source.network, 1000, k));
      expect(proof, `detector ${k}`).toMatchObject({ bitExact: true });
      expect(proof.steps).toBeGreaterThanOrEqual(1000);
    }
  });

  it.runIf(arm)('gives every state, score and event on a simulated Pico', async () => {
    for (const k of [2, 3]) {
      const source = drawn(k);
      const image = await compilePico(source);
      if (!image) throw new Error('arm-none-eabi-gcc is gone');
      const proof = await provePico(source, image, proofSequences(source.network, 1000, k));
      expect(proof, `detector ${k}`).toMatchObject({ bitExact: true });
    }
  });

  it.runIf(avr)('is found to differ where the refractory time is another', async () => {
    const source = drawn(2);
    const files = detectorProgram(source);
    const code = files['stream_detector.c'].replace(/d->rest = \d+u;/, 'd->rest = 4u;');
    const image = await compileUnoC({ ...files, 'stream_detector.c': code });
    if (!image) throw new Error('avr-gcc is gone');
    const proof = proveUno(source, image, proofSequences(source.network, 1000, 2));
    expect(proof.firstDifference).toMatchObject({ what: 'state' });
  });
});
