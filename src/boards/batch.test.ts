import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compileBatch, nrf51, nrf52840, rv32imcTarget, sam3x, samd21 } from '../firmware/index.js';
import type { Build } from '../firmware/index.js';
import { Random } from '../math/index.js';
import { randomNetwork, realisticNetwork } from '../testing/random-network.js';
import { cortexM0plus } from './cycles/cortex-m0plus.js';
import { simulate, type BoardName } from './index.js';
import { proveMkr1000 } from './mkr1000.js';
import { hasQemu, proveQemu, type QemuMachine } from './qemu.js';
import { proofSequences } from './simulate.js';

const found = (command: string) => spawnSync(command, ['--version']).status === 0;
const microbit: QemuMachine = {
  command: 'qemu-system-arm',
  options: ['-M', 'microbit'],
  clock: 16_000_000,
  model: cortexM0plus,
};
const targets = {
  mkr1000: { target: samd21, simulator: 'arm-none-eabi-gcc' },
  microbit: { target: nrf51, simulator: 'qemu-system-arm' },
  due: { target: sam3x, simulator: 'qemu-system-arm' },
  'cortex-m4f': { target: nrf52840, simulator: 'qemu-system-arm' },
  riscv: { target: rv32imcTarget, simulator: 'qemu-system-riscv32' },
} as const;
const names = Object.keys(targets) as (keyof typeof targets)[];
const runnable = names.filter((name) => found(targets[name].simulator) && found(targets[name].target.compiler));

const realistic = realisticNetwork(new Random(3), { gate: 'hardSigmoid4', update: 'hardTanh' });

/** Fails where there is no build: tests that call it run only where there is a compiler. */
async function built(...job: Parameters<typeof compileBatch>): Promise<Build> {
  const build = await compileBatch(...job);
  if (!build) throw new Error(`${job[1].compiler} is gone`);
  return build;
}

describe.each(runnable)('exported C on %s', (board) => {
  it('gives every value, with its figures', async () => {
    const { generated, skipped } = await simulate(realistic, { board, sequences: proofSequences(realistic, 64) });
    expect(skipped).toEqual({});
    expect(generated).toMatchObject({ bitExact: true, sequences: 8, steps: 64 });
    expect(generated?.cyclesPerStep).toBeGreaterThan(2000);
    expect(generated?.maxCyclesPerStep).toBeLessThan(20_000);
    expect(generated?.msPerStep).toBeCloseTo((1000 * (generated?.cyclesPerStep ?? 0)) / (generated?.clock ?? 1), 9);
    expect(generated?.cycleModel === undefined).toBe(board === 'mkr1000');
    expect(generated?.ramBytes).toBeGreaterThanOrEqual(4 * realistic.hiddenSize);
    expect(generated?.stackBytes).toBeGreaterThan(64);
    expect(generated?.stackBytes).toBeLessThan(512);
  });

  it('is exact for random networks of every kind', async () => {
    const random = new Random(29);
    for (let k = 0; k < 5; k++) {
      const network = randomNetwork(random, {
        extreme: k % 3 > 0,
        mean: k % 4 === 1,
        vocabulary: k % 5 === 2 ? 30 : 0,
        layers: [1, 2, 1, 3, 1][k % 5],
      });
      const { generated } = await simulate(network, { board, sequences: proofSequences(network, 24, k) });
      expect(generated, `network ${k}`).toMatchObject({ bitExact: true, steps: 24 });
    }
  });
});

describe.each(runnable)('a proof that must fail on %s', (board: BoardName) => {
  it('drops one rounding term', async () => {
    const { target } = targets[board as keyof typeof targets];
    let dropped = 0; // in the header and the source together
    const changed = await built(realistic, target, (text) =>
      text.replace('((8192 + ', () => {
        dropped++;
        return '((0 + ';
      }),
    );
    expect(dropped).toBe(1);
    const sequences = proofSequences(realistic, 64);
    const proof =
      board === 'mkr1000'
        ? await proveMkr1000(realistic, changed, sequences)
        : await proveQemu(realistic, changed, machineOf(board), sequences);
    expect(proof).toMatchObject({ bitExact: false, firstDifference: { what: 'state' } });
    expect(proof.error).toBeUndefined();
  });
});

function machineOf(board: BoardName): QemuMachine {
  if (board === 'riscv')
    return { ...microbit, command: 'qemu-system-riscv32', options: ['-M', 'virt', '-bios', 'none'] };
  const machine = { microbit: 'microbit', due: 'mps2-an385', 'cortex-m4f': 'mps2-an386' }[board as 'due'];
  return { ...microbit, options: ['-M', machine] };
}

describe.runIf(runnable.includes('microbit'))('the cycle model of the Cortex-M0+', () => {
  it('gives the cycles that the simulator counts, on a trace of QEMU', async () => {
    const random = new Random(5);
    for (let k = 0; k < 4; k++) {
      const network = k === 0 ? realistic : randomNetwork(random, { extreme: k % 2 === 1, mean: k === 3 });
      const build = await built(network, nrf51);
      const sequences = proofSequences(network, 8, k).slice(0, 4);
      const modelled = await proveQemu(network, build, microbit, sequences);
      const counted = await proveMkr1000(network, build, sequences);
      expect(counted.bitExact).toBe(true);
      expect(modelled).toMatchObject({
        bitExact: true,
        cyclesPerStep: counted.cyclesPerStep,
        minCyclesPerStep: counted.minCyclesPerStep,
        maxCyclesPerStep: counted.maxCyclesPerStep,
      });
    }
  });
});

describe('a machine that is not there', () => {
  it('is told', async () => {
    expect(await hasQemu({ ...microbit, command: 'qemu-system-none' })).toBe(false);
  });
});
