import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Random } from '../math/index.js';
import { randomFloat } from '../testing/random-float.js';
import { randomNetwork, realisticNetwork } from '../testing/random-network.js';
import { proofSequences, runRaspberryPi, type InstructionCounts } from './index.js';
import { piecesOf, traceAddresses } from './trace.js';

const found = (command: string) => spawnSync(command, ['--version']).status === 0;

describe('a trace of QEMU', () => {
  it('gives addresses of 32 and of 64 bits, and the pieces between entries', () => {
    const line = (pc: string) => `Trace 0: 0x7f2040 [00800400/${pc}/00000200/ff000000] model_step\n`;
    const log = new TextEncoder().encode(['00000100', '0000000000000104', '00000200', '00000100'].map(line).join(''));
    const addresses = traceAddresses(log);
    expect([...addresses]).toEqual([0x100, 0x104, 0x200, 0x100]);
    expect([
      ...piecesOf(
        addresses,
        new Map([
          [0x100, 'step'],
          [0x200, 'reset'],
        ]),
      ),
    ]).toEqual([
      { name: 'step', from: 0, to: 2 },
      { name: 'reset', from: 2, to: 3 },
      { name: 'step', from: 3, to: 4 },
    ]);
  });
});

const runnable = (found('qemu-aarch64') && found('aarch64-linux-gnu-gcc')) || process.env.CI !== undefined;

describe.runIf(runnable)('exported C on an emulated Raspberry Pi', () => {
  it('gives every value, integer and float, and counts instructions', async () => {
    const random = new Random(7);
    const network = realisticNetwork(random, { gate: 'hardSigmoid4', update: 'hardTanh' });
    const sequences = proofSequences(network, 64);
    const integer = (await runRaspberryPi(network, sequences)) as InstructionCounts;
    expect(integer).toMatchObject({ agrees: true, sequences: 8, steps: 64 });
    // At least a load and a multiplication a nonzero.
    const nonzeros = [network.w1, network.w2, network.u1, network.u2].reduce(
      (sum, m) => sum + (m?.values.filter((value) => value !== 0).length ?? 0),
      0,
    );
    expect(integer.instructionsPerStep).toBeGreaterThan(2 * nonzeros);
    expect(integer.instructionsPerStep).toBeLessThan(30 * nonzeros);
    expect(integer.instructionsPerPrediction).toBeGreaterThan(8 * integer.instructionsPerStep);
    const float = randomFloat(random, { cell: 'FastGRNN', inputSize: 20, hiddenSize: 32 });
    expect(await runRaspberryPi(float, sequences)).toMatchObject({ agrees: true, sequences: 8 });
  });

  it('is exact for random networks of every kind', async () => {
    const random = new Random(29);
    for (let k = 0; k < 4; k++) {
      const network = randomNetwork(random, { extreme: k % 2 === 1, mean: k === 2, vocabulary: k === 3 ? 30 : 0 });
      expect(await runRaspberryPi(network, proofSequences(network, 24, k)), `network ${k}`).toMatchObject({
        agrees: true,
      });
    }
  });
});
