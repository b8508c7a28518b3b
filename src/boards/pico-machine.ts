import type { RP2040 } from 'rp2040js';
import { ImageError, picoLimits, type Segment } from '../firmware/index.js';
import { movesLink } from './m0plus-machine.js';
import { MachineError, type SerialMachine } from './machine.js';

/** Clock of a Pico in Hz, as its programs set it. */
export const picoClock = 125_000_000;

const ramEnd = 0x20000000 + picoLimits.ram;
/** Address bits of the watchdog, whose first scratch register the programs write to mark what runs (firmware/rp2040/board.c). */
const watchdog = 0x40058;
const scratch0 = 0x0c;
/** Where the boot ROM runs the first bytes of flash. */
const secondStage = 0x20041f00;
const secondStageBytes = 256;
/** A bit of the UART's flags. */
const receiveEmpty = 1 << 4;

/** A simulated RP2040 (Cortex-M0+) that is talked to by its first UART. Deterministic: the same image and bytes, the same cycles. */
export class PicoMachine implements SerialMachine {
  readonly markedCycles = new Map<number, number>();
  private readonly mcu: RP2040;
  private readonly received: number[] = [];
  private lowestStackPointer = ramEnd;
  private complaint: string | undefined;

  /**
   * @param chip the simulator's class, which is loaded only where a Pico is simulated
   * @throws ImageError when a segment lies outside flash.
   */
  constructor(chip: typeof RP2040, segments: readonly Segment[]) {
    this.mcu = new chip();
    const { mcu } = this;
    mcu.logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (_, text) => void (this.complaint ??= text),
      error: (_, text) => void (this.complaint ??= text),
    };
    for (const { address, bytes } of segments) {
      const at = address - picoLimits.flashStart;
      if (at < 0 || at + bytes.length > picoLimits.flash) {
        throw new ImageError(
          `the image has bytes at 0x${address.toString(16)}, a Pico's flash begins at 0x10000000 and ends at 0x10200000`,
        );
      }
      mcu.flash.set(bytes, at);
    }
    mcu.uart[0].onByte = (byte) => void this.received.push(byte);
    mcu.onBreak = () => void (this.complaint ??= 'the program stops at a breakpoint');
    this.watchMarks();
    this.boot();
  }

  /** What the boot ROM does: it starts no second stage with a wrong checksum. */
  private boot(): void {
    const { core, flash, sram } = this.mcu;
    const second = flash.subarray(0, secondStageBytes);
    const checksum = new DataView(second.buffer, second.byteOffset).getUint32(secondStageBytes - 4, true);
    if (crc32Mpeg2(second.subarray(0, -4)) !== checksum) {
      throw new MachineError('flash begins with no second stage of the boot, or one whose checksum is wrong');
    }
    sram.set(second, secondStage - 0x20000000);
    core.registers[13] = ramEnd;
    core.PC = secondStage;
  }

  private watchMarks(): void {
    const { core, peripherals } = this.mcu;
    const registers = peripherals[watchdog];
    const write = registers.writeUint32.bind(registers);
    let mark = 0;
    let since = 0;
    registers.writeUint32 = (offset, value) => {
      if (offset === scratch0) {
        if (value === 0) this.markedCycles.set(mark, core.cycles - since);
        mark = value;
        since = core.cycles;
      }
      write(offset, value);
    };
  }

  exchange(bytes: ArrayLike<number>, count: number, budget: number): Uint8Array {
    const { mcu, received } = this;
    const { core, flash16 } = mcu;
    const [uart] = mcu.uart;
    const limit = core.cycles + budget;
    let sent = 0;
    let lowest = this.lowestStackPointer;
    while (received.length < count || sent < bytes.length) {
      if (sent < bytes.length && uart.enabled && uart.flags & receiveEmpty) uart.feedByte(bytes[sent++]);
      const at = (core.PC & 0xffffff) >> 1;
      core.executeInstruction();
      if (movesLink(flash16[at])) core.cycles++;
      const stackPointer = core.registers[13];
      if (stackPointer < lowest) lowest = stackPointer;
      if (this.complaint !== undefined) throw new MachineError(`the program goes astray: ${this.complaint}`);
      if (core.cycles > limit) {
        throw new MachineError(`no answer within ${budget} cycles (${received.length} of ${count} bytes came)`);
      }
    }
    this.lowestStackPointer = lowest;
    if (received.length > count) throw new MachineError(`${received.length} bytes came where ${count} were expected`);
    return Uint8Array.from(received.splice(0));
  }

  stackBytes(): number {
    return ramEnd - this.lowestStackPointer;
  }
}

/** The checksum of the boot ROM: x^32 + x^26 + … + 1, high bit first, neither mirrored nor inverted. */
function crc32Mpeg2(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}
