import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compileUno, compileUnoC, exportC, unoImage } from '../firmware/index.js';
import { Random } from '../math/index.js';
import { randomNetwork, realisticNetwork } from '../testing/random-network.js';
import { proofSequences, proveSimavr, proveUno } from './index.js';

const found =
  spawnSync('gcc', ['-x', 'c', '-o', '/dev/null', '-', '-lsimavr', '-lelf'], {
    input: '#include <simavr/sim_avr.h>\nint main(void) { return avr_make_mcu_by_name("atmega328p") == 0; }',
  }).status === 0;

// CI has to have it.
describe.runIf(found || process.env.CI !== undefined)('the Uno in simavr', () => {
  it('gives the values and the cycles of avr8js, runtime and exported C', async () => {
    const random = new Random(13);
    for (let k = 0; k < 4; k++) {
      const network =
        k === 0
          ? realisticNetwork(random, { gate: 'hardSigmoid4', update: 'hardTanh' })
          : randomNetwork(random, { extreme: k % 2 === 1, mean: k === 2, vocabulary: k === 3 ? 20 : 0 });
      const sequences = proofSequences(network, 48, k);
      const generated = await compileUno(network);
      for (const image of [await unoImage(network), ...(generated ? [generated] : [])]) {
        const { stackBytes: _, ...counted } = proveUno(network, image, sequences);
        expect(counted.bitExact).toBe(true);
        expect(await proveSimavr(network, image, sequences), `network ${k}`).toMatchObject(counted);
      }
    }
  });

  it('finds a rounding term that was left out', async () => {
    const network = realisticNetwork(new Random(13), { gate: 'hardSigmoid4', update: 'hardTanh' });
    const files = exportC(network, { prefix: 'model' });
    const changed = files['model.c'].replace('ldi r21, 128', 'ldi r21, 0');
    expect(changed).not.toBe(files['model.c']);
    const image = await compileUnoC({ ...files, 'model.c': changed });
    if (!image) return expect(process.env.CI).toBeUndefined();
    expect(await proveSimavr(network, image, proofSequences(network, 48))).toMatchObject({ bitExact: false });
  });
});
