import { AVRUSART, avrInstruction, CPU, usart0Config } from 'avr8js';
import { ImageError, type Segment } from '../firmware/index.js';

/** Clock of an Uno in Hz. */
export const unoClock = 16_000_000;

const flashBytes = 32768;
const sramStart = 0x100;
const sramBytes = 2048;
/** Data address of GPIOR0, which the programs write to mark what runs (firmware/avr/protocol.h). */
const gpior0 = 0x3e;
/** A value that programs rarely leave in memory, to see later what the stack has touched. */
const paint = 0xc5;

/** What a program writes to GPIOR0 before a piece of work; 0 is written behind it. */
export const marks = { reset: 1, step: 2, predict: 3 } as const;

/** A simulated program gives no answer within its cycles, or more than it was asked for. */
export class MachineError extends Error {
  override name = 'MachineError';
}

/** A simulated machine that is talked to byte by byte and marks what it runs. */
export interface SerialMachine {
  /** The cycles of the last piece of work under each mark. */
  readonly markedCycles: Map<number, number>;
  /**
   * Sends bytes and runs until `count` bytes have come back.
   *
   * @param budget cycles that the program may take
   * @throws MachineError when it takes longer, or has sent more bytes
   */
  exchange(bytes: ArrayLike<number>, count: number, budget: number): Uint8Array;
  /** Bytes of the deepest stack so far, beside `dataBytes` of static data. */
  stackBytes(dataBytes: number): number;
}

/** A simulated Uno (ATmega328P at 16 MHz) that is talked to by its UART. Deterministic: the same image and bytes, the same cycles. */
export class UnoMachine implements SerialMachine {
  /** The cycles of the last piece of work under each mark. */
  readonly markedCycles = new Map<number, number>();
  private readonly cpu: CPU;
  private readonly uart: AVRUSART;
  private readonly received: number[] = [];
  private lowestStackPointer = sramStart + sramBytes - 1;

  /** @throws ImageError when a segment lies outside flash. */
  constructor(segments: readonly Segment[]) {
    const flash = new Uint8Array(flashBytes).fill(0xff);
    for (const { address, bytes } of segments) {
      if (address + bytes.length > flashBytes) {
        throw new ImageError(
          `the image reaches to 0x${(address + bytes.length).toString(16)}, an Uno's flash ends at 0x8000`,
        );
      }
      flash.set(bytes, address);
    }
    this.cpu = new CPU(new Uint16Array(flash.buffer), sramBytes);
    this.cpu.data.fill(paint, sramStart);
    this.uart = new AVRUSART(this.cpu, usart0Config, unoClock);
    this.uart.onByteTransmit = (byte) => void this.received.push(byte);
    this.watchMarks();
  }

  private watchMarks(): void {
    let mark = 0;
    let since = 0;
    this.cpu.writeHooks[gpior0] = (value) => {
      if (value === 0) this.markedCycles.set(mark, this.cpu.cycles - since);
      mark = value;
      since = this.cpu.cycles;
      return false;
    };
  }

  /**
   * Sends bytes, each as soon as the program has taken the one before, and runs until `count` bytes have come back.
   *
   * @param budget cycles that the program may take
   * @throws MachineError when it takes longer, or has sent more bytes
   */
  exchange(bytes: ArrayLike<number>, count: number, budget: number): Uint8Array {
    const { cpu, uart, received } = this;
    const limit = cpu.cycles + budget;
    let sent = 0;
    let lowest = this.lowestStackPointer;
    while (received.length < count || sent < bytes.length) {
      if (sent < bytes.length && !(cpu.data[usart0Config.UCSRA] & 0x80) && !uart.rxBusy) {
        if (uart.writeByte(bytes[sent])) sent++; // refused until the program switches its receiver on
      }
      avrInstruction(cpu);
      cpu.tick();
      const stackPointer = cpu.data[93] | (cpu.data[94] << 8);
      if (stackPointer < lowest) lowest = stackPointer;
      if (cpu.cycles > limit) {
        throw new MachineError(`no answer within ${budget} cycles (${received.length} of ${count} bytes came)`);
      }
    }
    this.lowestStackPointer = lowest;
    if (received.length > count) throw new MachineError(`${received.length} bytes came where ${count} were expected`);
    return Uint8Array.from(received.splice(0));
  }

  /**
   * Bytes of the deepest stack so far: from the lowest address above `dataBytes` of static data that no longer holds the
   * paint, or that the stack pointer has reached, to the end of RAM.
   */
  stackBytes(dataBytes: number): number {
    const end = sramStart + sramBytes;
    let touched = sramStart + dataBytes;
    while (touched < end && this.cpu.data[touched] === paint) touched++;
    return end - Math.min(touched, this.lowestStackPointer + 1);
  }
}
