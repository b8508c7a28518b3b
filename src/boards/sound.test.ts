import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { integerSound, soundSettings, type SoundOptions } from '../features/index.js';
import {
  compileBatch,
  compilePico,
  compileUnoC,
  compileUnoSound,
  nrf52840,
  rv32imcTarget,
  sam3x,
  samd21,
  soundProgram,
  type SoundSource,
} from '../firmware/index.js';
import { Random } from '../math/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { cortexM3, cortexM4 } from './cycles/cortex-m3.js';
import { rv32imc } from './cycles/rv32imc.js';
import { proveSimavr, proveUno, soundSequences } from './index.js';
import { proveMkr1000 } from './mkr1000.js';
import { provePico } from './pico.js';
import { proveQemu } from './qemu.js';

const there = (command: string) => spawnSync(command, ['--version']).status === 0;
const [avr, arm, riscv] = ['avr-gcc', 'arm-none-eabi-gcc', 'riscv64-unknown-elf-gcc'].map(there);
const [qemuArm, qemuRiscv] = ['qemu-system-arm', 'qemu-system-riscv32'].map(there);

/** A front end, with a network of the given inputs behind it. */
function listener(options: SoundOptions, stack?: { frames: number; stride: number }, hiddenSize = 10): SoundSource {
  const sound = integerSound(soundSettings(options), 2 ** -8);
  const inputSize = sound.bits.length * (stack?.frames ?? 1);
  const network = randomNetwork(new Random(3), { inputSize, hiddenSize, classes: 3, vocabulary: 0 });
  return { inputs: { sound, stack }, network };
}

/** What fits an Uno. */
const small: SoundOptions = { rate: 8000, filters: 16 };

describe('a front end and the network behind it', () => {
  it.runIf(avr)('give every value on a simulated Uno, in both simulators', async () => {
    const heardBy = listener(small, { frames: 2, stride: 2 });
    const image = await compileUnoSound(heardBy);
    if (!image) throw new Error('avr-gcc is gone');
    const sequences = soundSequences(heardBy, 5);
    const proof = proveUno(heardBy, image, sequences);
    expect(proof).toMatchObject({ bitExact: true, sequences: 8, steps: 40 });
    // The first two hops fill a window: they count as steps, not as cycles of one.
    expect(proof.minCyclesPerStep).toBeGreaterThan(20_000);
    const second = await proveSimavr(heardBy, image, sequences.slice(0, 3));
    if (typeof second !== 'string') expect(second).toMatchObject({ bitExact: true, steps: 15 });
  });

  it.runIf(arm)(
    'give every value on a simulated Cortex-M0+, alone faster than a third of real time at 48 MHz',
    async () => {
      const { inputs } = listener({});
      const build = await compileBatch({ inputs }, samd21);
      if (!build) throw new Error('arm-none-eabi-gcc is gone');
      const proof = await proveMkr1000({ inputs }, build, soundSequences({ inputs }, 6));
      expect(proof).toMatchObject({ bitExact: true });
      expect(proof.maxCyclesPerStep).toBeLessThan(480_000 / 3);
      expect(proof.minCyclesPerStep).toBeGreaterThan(20_000);
    },
  );

  it.runIf(arm)('give every value on a simulated Pico', async () => {
    const heardBy = listener({ kind: 'mfcc', window: 16, hop: 12, shape: 'hann', preEmphasis: 0.97 });
    const build = await compilePico(heardBy);
    if (!build) throw new Error('arm-none-eabi-gcc is gone');
    expect(await provePico(heardBy, build, soundSequences(heardBy, 4))).toMatchObject({ bitExact: true });
  });

  it.runIf(arm)('are shown in part where there are more values than a byte counts', async () => {
    const heardBy = listener({}, { frames: 2, stride: 2 }, 200);
    const build = await compilePico(heardBy);
    if (!build) throw new Error('arm-none-eabi-gcc is gone');
    expect(await provePico(heardBy, build, soundSequences(heardBy, 4))).toMatchObject({ bitExact: true });
  });

  it.runIf(arm && qemuArm)('give every value on an M3 and an M4', async () => {
    const heardBy = listener({ shape: 'hamming' }, { frames: 2, stride: 2 });
    for (const [target, name, model] of [
      [sam3x, 'mps2-an385', cortexM3],
      [nrf52840, 'mps2-an386', cortexM4],
    ] as const) {
      const build = await compileBatch(heardBy, target);
      if (!build) throw new Error('arm-none-eabi-gcc is gone');
      const machine = { command: 'qemu-system-arm', options: ['-M', name], clock: 64_000_000, model };
      const proof = await proveQemu(heardBy, build, machine, soundSequences(heardBy, 8));
      expect(proof, name).toMatchObject({ bitExact: true });
      expect(proof.cyclesPerStep, name).toBeGreaterThan(20_000);
    }
  });

  it.runIf(riscv && qemuRiscv)('give every value on RISC-V', async () => {
    const heardBy = listener({}, { frames: 2, stride: 2 });
    const build = await compileBatch(heardBy, rv32imcTarget);
    if (!build) throw new Error('riscv64-unknown-elf-gcc is gone');
    const options = ['-M', 'virt', '-bios', 'none'];
    const machine = { command: 'qemu-system-riscv32', options, clock: 160_000_000, model: rv32imc };
    expect(await proveQemu(heardBy, build, machine, soundSequences(heardBy, 8))).toMatchObject({ bitExact: true });
  });

  it.runIf(avr)('are found to differ where a table is another', async () => {
    const heardBy = listener(small);
    const files = soundProgram(heardBy);
    const code = files['stream_frontend.c'].replace('16384, 16379', '16384, 16000');
    expect(code).not.toBe(files['stream_frontend.c']);
    const image = await compileUnoC({ ...files, 'stream_frontend.c': code });
    if (!image) throw new Error('avr-gcc is gone');
    expect(proveUno(heardBy, image, soundSequences(heardBy, 4)).firstDifference).toMatchObject({ what: 'state' });
  });

  it.runIf(avr)('are refused by name on an Uno where they need more RAM than it has', async () => {
    await expect(compileUnoSound(listener({}))).rejects.toThrow(
      /the front end needs \d+ bytes of an Uno's RAM .* lower features.sound.rate/,
    );
  });
});
