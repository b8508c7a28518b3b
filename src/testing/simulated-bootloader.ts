import type { ByteStream, LineSignals } from '../flash/index.js';

/** What goes wrong on the line. Counts run over all bytes of a direction since the beginning. */
export interface LineFaults {
  /** What becomes of the n-th byte to the board, and from it; undefined: it is lost. */
  readonly toBoard?: (byte: number, n: number) => number | undefined;
  readonly fromBoard?: (byte: number, n: number) => number | undefined;
  /** What the program says after each reset before the bootloader runs, and after it is left. */
  readonly chatter?: Uint8Array;
  readonly signature?: readonly number[];
  /** Nothing answers at all. */
  readonly dead?: boolean;
  /** Flash that keeps another byte than was written. */
  readonly worn?: (address: number, byte: number) => number;
}

const byteMs = 10 / 115.2;
/** Its watchdog, which starts the program. */
const patienceMs = 1000;

/**
 * An Uno with optiboot on a serial line, in virtual time: after a reset by DTR the bootloader listens until nothing came for a
 * second, or a request didn't end as it must; then the program runs. Written from optiboot's behaviour, apart from the host's end.
 */
export class SimulatedBootloader implements ByteStream {
  readonly flash = new Uint8Array(32768).fill(0xff);
  /** Whether the program runs. */
  running = true;
  resets = 0;
  private readonly faults: LineFaults;
  private listener: Generator<undefined, void, number> | undefined;
  private outgoing: number[] = [];
  private clock = 0;
  private lastByte = 0;
  private ready = false;
  private sent = 0;
  private answered = 0;

  constructor(faults: LineFaults = {}) {
    this.faults = faults;
    this.flash.fill(0x0f, 32256); // the bootloader itself
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (const byte of bytes) {
      this.pass(byteMs);
      const came = (this.faults.toBoard ?? ((same: number) => same))(byte, this.sent++);
      if (came === undefined || !this.listener) continue;
      this.lastByte = this.clock;
      if (this.listener.next(came).done) this.start();
    }
  }

  async read(timeout: number): Promise<Uint8Array> {
    this.pass(this.outgoing.length > 0 ? this.outgoing.length * byteMs : timeout);
    const bytes = Uint8Array.from(this.outgoing);
    this.outgoing = [];
    return bytes;
  }

  async setSignals({ dataTerminalReady }: LineSignals): Promise<void> {
    if (dataTerminalReady && this.ready) this.reset();
    this.ready = !dataTerminalReady;
  }

  private reset(): void {
    this.resets++;
    this.chat();
    if (this.faults.dead) return;
    this.running = false;
    this.lastByte = this.clock;
    this.listener = this.serve();
    this.listener.next();
  }

  private pass(ms: number): void {
    this.clock += ms;
    if (this.listener && this.clock - this.lastByte > patienceMs) this.start();
  }

  private start(): void {
    this.listener = undefined;
    this.running = true;
    this.chat();
  }

  private chat(): void {
    this.outgoing.push(...(this.faults.chatter ?? []));
  }

  private put(...bytes: number[]): void {
    for (const byte of bytes) {
      const left = (this.faults.fromBoard ?? ((same: number) => same))(byte, this.answered++);
      if (left !== undefined) this.outgoing.push(left);
    }
  }

  /** The bootloader's loop; it ends where the watchdog is made to bite. */
  private *serve(): Generator<undefined, void, number> {
    let address = 0;
    for (;;) {
      const command = yield;
      const letter = String.fromCharCode(command);
      const skipped = { A: 1, B: 20, E: 5, U: 2, V: 4, d: 3, t: 3 }[letter] ?? 0;
      const given: number[] = [];
      while (given.length < skipped) given.push(yield);
      const data: number[] = [];
      if (letter === 'd') while (data.length < ((given[0] << 8) | given[1])) data.push(yield);
      if ((yield) !== 0x20) return;
      this.put(0x14);
      if (letter === 'A') this.put(given[0] === 0x81 || given[0] === 0x82 ? 4 : 3);
      else if (letter === 'V') this.put(0);
      else if (letter === 'u') this.put(...(this.faults.signature ?? [0x1e, 0x95, 0x0f]));
      else if (letter === 'U') address = 2 * ((given[0] | (given[1] << 8)) & 0x3fff);
      else if (letter === 'd') this.store(address, data);
      else if (letter === 't') this.put(...this.flash.subarray(address, address + ((given[0] << 8) | given[1])));
      this.put(0x10);
      if (letter === 'Q') return;
    }
  }

  /** Flash is written in pages of 128 bytes; the boot section is locked. */
  private store(address: number, data: readonly number[]): void {
    const start = address & ~127;
    const { worn = (_: number, byte: number) => byte } = this.faults;
    if (start >= 32256) return;
    for (let i = 0; i < 128; i++) this.flash[start + i] = worn(start + i, data[i] ?? 0xff);
  }
}
