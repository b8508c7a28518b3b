import type { RP2040 } from 'rp2040js';
import type { Build } from '../firmware/index.js';
import type { BatchCycles } from './batch.js';
import { MachineError } from './machine.js';

/** Operations of Arm's semihosting that batch programs use. */
const host = { open: 1, close: 2, write: 5, read: 6, exit: 0x18 } as const;
const normalExit = 0x20026;
const ramStart = 0x20000000;
/** Words of flash at address 0, where the simulator has its boot ROM. */
const flashWords = 256 * 256;
/** A program that runs longer hangs. */
const mostCycles = 4_000_000_000;

/** What a batch program did. */
export interface BatchRun {
  readonly output: Uint8Array;
  readonly cycles: BatchCycles;
}

/**
 * Whether an instruction is a push with the link register or a pop of the program counter: the simulator counts only the
 * other registers, Arm's manual each of them.
 */
export function movesLink(instruction: number): boolean {
  return (instruction & 0xf700) === 0xb500;
}

/**
 * Runs a batch program on the simulator's Cortex-M0+ with a SAMD21's memory: flash at 0, RAM at 0x20000000.
 *
 * @param chip the simulator's class, which is loaded only where it is needed
 * @param input what the program reads as in.bin
 * @throws MachineError when the program does what a batch program doesn't, or comes to no end.
 */
export function runBatch(chip: typeof RP2040, { segments, symbols }: Build, input: Uint8Array): BatchRun {
  const mcu = new chip();
  const flash = new Uint32Array(flashWords);
  for (const { address, bytes } of segments) new Uint8Array(flash.buffer).set(bytes, address);
  Object.defineProperty(mcu, 'bootrom', { value: flash });
  let complaint: string | undefined;
  const complain = (_: string, text: string) => void (complaint ??= text);
  mcu.logger = { debug: () => undefined, info: () => undefined, warn: complain, error: complain };

  const output: number[] = [];
  let read = 0;
  const state = { ended: false };
  const memory = mcu.sram;
  mcu.onBreak = (code) => {
    const registers = mcu.core.registers;
    const argument = (k: number) => mcu.readUint32(registers[1] + 4 * k) >>> 0;
    const [operation] = registers;
    if (code !== 0xab) complaint ??= 'the program stops at a breakpoint';
    else if (operation === host.open)
      registers[0] = argument(1) === 1 ? 1 : 2; // read or write
    else if (operation === host.close) registers[0] = 0;
    else if (operation === host.exit) {
      if (registers[1] !== normalExit) complaint ??= 'the program ends with an error';
      state.ended = true;
    } else if (operation === host.read) {
      const bytes = input.subarray(read, read + argument(2));
      memory.set(bytes, argument(1) - ramStart);
      read += bytes.length;
      registers[0] = argument(2) - bytes.length;
    } else if (operation === host.write) {
      const from = argument(1) - ramStart;
      for (const byte of memory.subarray(from, from + argument(2))) output.push(byte);
      registers[0] = 0;
    } else complaint ??= `the program calls operation ${operation} of the host`;
  };

  const entry = (name: string) => symbols.find((symbol) => symbol.name === `model_${name}`)?.address ?? -1;
  const pieces = { reset: entry('reset'), step: entry('step'), predict: entry('predict') } as const;
  const cycles = { reset: [] as number[], step: [] as number[], predict: [] as number[] };
  const { core } = mcu;
  core.VTOR = 0;
  core.reset();
  let piece: keyof typeof pieces | undefined;
  let since = 0;
  let back = 0;
  while (!state.ended) {
    const pc = core.PC;
    if (piece === undefined) {
      if (pc === pieces.step) piece = 'step';
      else if (pc === pieces.reset) piece = 'reset';
      else if (pc === pieces.predict) piece = 'predict';
      if (piece) {
        since = core.cycles;
        back = core.LR & ~1;
      }
    } else if (pc === back) {
      cycles[piece].push(core.cycles - since);
      piece = undefined;
    }
    core.executeInstruction();
    if (movesLink(flash[pc >> 2] >>> (8 * (pc & 2)))) core.cycles++;
    if (complaint !== undefined) throw new MachineError(`the program goes astray: ${complaint}`);
    if (core.cycles > mostCycles) throw new MachineError(`no end within ${mostCycles} cycles`);
  }
  return { output: Uint8Array.from(output), cycles };
}
