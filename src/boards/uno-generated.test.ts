import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compileUno, compileUnoC, exportC } from '../firmware/index.js';
import { checkIntegerNetwork, type IntegerLayer, type IntegerNetwork } from '../integer/index.js';
import { Random } from '../math/index.js';
import {
  cellName,
  gateByGateCells,
  randomNetwork,
  storages,
  type RandomNetworkOptions,
} from '../testing/random-network.js';
import { proofSequences, proveUno } from './index.js';

const compilerIsThere = spawnSync('avr-gcc', ['--version']).status === 0;

/** How many random networks are compiled and run; a longer run takes more: FASTGRNN_FUZZ=400. */
const count = Number(process.env.FASTGRNN_FUZZ ?? 40);

const hard = ['hardTanh', 'hardSigmoid', 'hardSigmoid4'] as const;

/**
 * Any network within the definition; every second one with hard nonlinearities, and many with what the assembler has code of its own
 * for: shifts of 8, limits that prove 24 bits, biases that leave 16 bits.
 */
function drawn(k: number, cell: RandomNetworkOptions = {}): IntegerNetwork {
  const random = new Random(5000 + k);
  const network = randomNetwork(random, {
    ...cell,
    extreme: k % 9 > 6,
    mean: k % 13 === 0,
    vocabulary: k % 11 === 0 ? 1 + k : 0,
    density: (k % 8) / 8,
    storage: storages[k % 10 < 5 ? 1 + (k % 10) : 0],
    inputSize: 1 + (k % 17),
    layers: [1, 1, 2, 1, 3][k % 5],
    ...(k % 2 ? { gate: hard[k % 3], update: hard[(k >> 2) % 3] } : {}),
    ...(k % 4 < 2 ? { wRank: 1 + (k % 5), uRank: 1 + (k % 6) } : {}),
    ...(k % 5 === 4 ? { hiddenSize: 1 + (k % 20) } : {}),
  });
  const limit = 2 ** (8 + random.below(8)) - 1;
  const wild = (biases: Int16Array, { zeta }: IntegerLayer) =>
    k % 7 === 0 && !zeta ? biases.map(() => random.below(65536) - 32768) : biases;
  const changed = <L extends IntegerLayer>(layer: L): L => ({
    ...layer,
    ...(k % 3 ? { w2Shift: 8, w1Shift: 8, u2Shift: 8, u1Shift: 8 } : {}),
    ...(k % 5 > 1 ? { inputLimit: limit, wLimit: limit, uLimit: limit, stateLimit: limit } : {}),
    biasGate: wild(layer.biasGate, layer),
    biasUpdate: wild(layer.biasUpdate, layer),
  });
  const made = { ...changed(network), ...(network.upper ? { upper: network.upper.map(changed) } : {}) };
  checkIntegerNetwork(made);
  return made;
}

describe.runIf(compilerIsThere)('the assembler of exported C, on a simulated Uno', () => {
  it.each(['size', 'speed'] as const)('gives every value of random networks, made for %s', async (optimize) => {
    for (let k = 0; k < count; k++) {
      const network = drawn(k);
      const image = await compileUno(network, { optimize });
      if (!image) throw new Error('avr-gcc is gone');
      expect(proveUno(network, image, proofSequences(network, 40, k)), `network ${k}`).toMatchObject({
        bitExact: true,
      });
    }
  });

  it.each(gateByGateCells.map((cell) => [cellName(cell), cell] as const))(
    'gives every value of %s, gate by gate',
    async (_, cell) => {
      for (let k = 0; k < count / 4; k++) {
        const network = drawn(k, cell);
        const image = await compileUno(network, { optimize: k % 2 ? 'speed' : 'size' });
        if (!image) throw new Error('avr-gcc is gone');
        const proof = proveUno(network, image, proofSequences(network, 40, k));
        expect(proof, `network ${k}`).toMatchObject({ bitExact: true });
      }
    },
  );

  it.each([
    ['sparse, shared with projections', 0.3, /"ldi r21, 128 \\n(?! lpm)/],
    ['dense, between the rows of a unit', 1, /"ldi r21, 128 \\n"/],
  ])('is found to differ where a rounding term is left out: %s', async (_, density, term) => {
    const shape = { inputSize: 9, hiddenSize: 20, wRank: 3, uRank: 5, classes: 3 } as const;
    const kinds = { cell: 'FastGRNN', gate: 'hardSigmoid4', update: 'hardTanh' } as const;
    const network = {
      ...randomNetwork(new Random(6), { ...shape, ...kinds, density }),
      ...{ w2Shift: 8, w1Shift: 8, u2Shift: 8, u1Shift: 8 },
    };
    const files = exportC(network, { prefix: 'model' });
    const prove = async (text: string) => {
      const image = await compileUnoC({ ...files, 'model.c': text });
      if (!image) throw new Error('avr-gcc is gone');
      return proveUno(network, image, proofSequences(network, 200));
    };
    expect((await prove(files['model.c'])).bitExact).toBe(true);
    const damaged = files['model.c'].replace(term, (found) => found.replace('128', '0'));
    expect(damaged).not.toBe(files['model.c']);
    expect((await prove(damaged)).firstDifference).toMatchObject({ what: 'state' });
  });
});
