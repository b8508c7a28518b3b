import {
  AVRClock,
  avrInstruction,
  AVRTimer,
  AVRUSART,
  AVRWatchdog,
  clockConfig,
  CPU,
  timer1Config,
  usart0Config,
  watchdogConfig,
} from 'avr8js';
import type { ByteStream, LineSignals } from '../flash/index.js';
import type { Segment } from '../firmware/index.js';

const megahertz = 16;
const bootSection = 0x7e00;
const spmcsr = 0x57;
const zRegister = 30;

/**
 * An Uno that runs a real bootloader in avr8js, at the end of a serial line in simulated time. The simulator leaves out the
 * instruction that writes flash; here it is, as the part's data sheet describes it (chapter "Self-Programming the Flash").
 */
export class BootloaderMachine implements ByteStream {
  /** Somewhat more than the part has: Debian's build of optiboot is 20 bytes longer than the boot section. */
  readonly flash = new Uint8Array(0x8100).fill(0xff);
  private readonly received: number[] = [];
  private cpu: CPU;
  private uart: AVRUSART;
  private page = new Uint8Array(128).fill(0xff);
  private ready = false;

  constructor(bootloader: readonly Segment[]) {
    for (const { address, bytes } of bootloader) this.flash.set(bytes, address);
    [this.cpu, this.uart] = this.power();
  }

  /** Whether execution has left the boot section. */
  get running(): boolean {
    return this.cpu.pc < bootSection / 2;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (const byte of bytes) {
      while (this.cpu.data[usart0Config.UCSRA] & 0x80 || this.uart.rxBusy) this.run(1);
      this.uart.writeByte(byte);
    }
  }

  async read(timeout: number): Promise<Uint8Array> {
    for (let waited = 0; this.received.length === 0 && waited < timeout; waited++) this.run(1000);
    return Uint8Array.from(this.received.splice(0));
  }

  async setSignals({ dataTerminalReady }: LineSignals): Promise<void> {
    if (dataTerminalReady && this.ready) [this.cpu, this.uart] = this.power();
    this.ready = !dataTerminalReady;
  }

  /** An external reset: execution begins in the boot section, and MCUSR says why. */
  private power(): [CPU, AVRUSART] {
    const cpu = new CPU(new Uint16Array(this.flash.buffer), 2048);
    const uart = new AVRUSART(cpu, usart0Config, megahertz * 1e6);
    uart.onByteTransmit = (byte) => void this.received.push(byte);
    // Its watchdog starts the program, its timer blinks the LED.
    const clock = new AVRClock(cpu, megahertz * 1e6, clockConfig);
    void new AVRWatchdog(cpu, watchdogConfig, clock);
    void new AVRTimer(cpu, timer1Config);
    const reset = cpu.reset.bind(cpu);
    cpu.reset = () => {
      reset();
      cpu.pc = bootSection / 2; // as an Uno's fuses say
    };
    cpu.reset();
    cpu.data[0x54] = 2; // EXTRF
    return [cpu, uart];
  }

  private run(microseconds: number): void {
    const { cpu } = this;
    const end = cpu.cycles + microseconds * megahertz;
    while (cpu.cycles < end) {
      if (cpu.progMem[cpu.pc] === 0x95e8) this.storeProgramMemory(cpu);
      avrInstruction(cpu);
      cpu.tick();
    }
  }

  private storeProgramMemory({ data }: CPU): void {
    const z = data[zRegister] | (data[zRegister + 1] << 8);
    const command = data[spmcsr] & 0x3f;
    data[spmcsr] &= ~0x3f; // done at once
    if (command === 0x01) this.page.set([data[0], data[1]], z & 126);
    else if (command === 0x03) this.flash.fill(0xff, z & ~127, (z & ~127) + 128);
    else if (command === 0x05) {
      for (const [i, byte] of this.page.entries()) this.flash[(z & ~127) + i] &= byte;
      this.page.fill(0xff);
    } else if (command === 0x11) this.page.fill(0xff);
    else throw new Error(`SPM with SPMCSR 0x${command.toString(16)} is none that a bootloader needs`);
  }
}
