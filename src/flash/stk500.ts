import { FlashError, OutOfSync } from './errors.js';
import type { ByteStream } from './stream.js';

/** Codes of STK500 version 1 (Atmel's application note AVR061) that optiboot answers. */
const code = {
  inSync: 0x14,
  ok: 0x10,
  end: 0x20,
  getSync: 0x30,
  enterProgramming: 0x50,
  leaveProgramming: 0x51,
  loadAddress: 0x55,
  programPage: 0x64,
  readPage: 0x74,
  readSignature: 0x75,
} as const;

const flashMemory = 0x46; // 'F'

/** Milliseconds. Optiboot gives up 1 s after the last byte; erasing and writing a page takes it 9 ms. */
const wait = { answer: 500, sync: 100, silence: 30, released: 250, reset: 50 } as const;

const resets = 3;
const syncsPerReset = 8;

/**
 * The host's end of STK500v1 as optiboot speaks it, 115200 baud: a request ends with 0x20, its answer stands between 0x14 and
 * 0x10. The protocol has no checksum, so what was written must be read back.
 */
export class Stk500 {
  private readonly stream: ByteStream;

  constructor(stream: ByteStream) {
    this.stream = stream;
  }

  /**
   * Resets the board into its bootloader and finds its first answer, whatever the old program still has on the line.
   *
   * @throws FlashError when nothing speaks the protocol
   */
  async connect(): Promise<void> {
    let heard = 0;
    for (let k = 0; k < resets; k++) {
      heard += await this.reset();
      for (let i = 0; i < syncsPerReset; i++) {
        await this.stream.write(Uint8Array.of(code.getSync, code.end));
        const bytes = await this.receive(wait.sync, (so) => find(so, code.inSync, code.ok));
        heard += bytes.length;
        if (!find(bytes, code.inSync, code.ok)) continue;
        await this.drain(); // answers to earlier requests may still come
        return;
      }
    }
    throw new FlashError(
      heard === 0
        ? 'the board does not answer; is it an Uno with its bootloader, is the port its own, and does nothing else (a serial monitor) hold it open?'
        : `the board's bootloader does not answer, but ${heard} other bytes came; is it an Uno, whose bootloader speaks at 115200 baud?`,
    );
  }

  /** The three bytes that name the part. */
  async signature(): Promise<number[]> {
    return Array.from(await this.request('its signature', [code.readSignature], 3));
  }

  async enterProgramming(): Promise<void> {
    await this.request('the request to program', [code.enterProgramming], 0);
  }

  /** Starts the program. Its first bytes may follow the bootloader's answer. */
  async leaveProgramming(): Promise<void> {
    await this.request('the request to start the program', [code.leaveProgramming], 0);
  }

  /** Erases and writes a page, at most 256 bytes at an even address of flash. */
  async writePage(address: number, bytes: Uint8Array): Promise<void> {
    await this.loadAddress(address);
    const head = [code.programPage, bytes.length >> 8, bytes.length & 255, flashMemory];
    await this.request(`the page at 0x${hex(address, 4)}`, [...head, ...bytes], 0);
  }

  /** Reads `length` bytes of flash, at most 256. */
  async readPage(address: number, length: number): Promise<Uint8Array> {
    await this.loadAddress(address);
    const head = [code.readPage, length >> 8, length & 255, flashMemory];
    return this.request(`reading the page at 0x${hex(address, 4)}`, head, length);
  }

  /** The protocol counts flash in words. */
  private async loadAddress(address: number): Promise<void> {
    const word = address >> 1;
    await this.request(`the address 0x${hex(address, 4)}`, [code.loadAddress, word & 255, word >> 8], 0);
  }

  /** Returns how many bytes came. */
  private async reset(): Promise<number> {
    await this.stream.setSignals({ dataTerminalReady: false, requestToSend: false });
    const before = await this.drain(wait.released);
    await this.stream.setSignals({ dataTerminalReady: true, requestToSend: true });
    return before + (await this.drain(wait.reset));
  }

  /** Sends a request and gives the `count` bytes of its answer. */
  private async request(what: string, bytes: readonly number[], count: number): Promise<Uint8Array> {
    await this.stream.write(Uint8Array.of(...bytes, code.end));
    const answer = await this.receive(wait.answer, (so) => so.length >= count + 2);
    if (answer.length < count + 2) {
      throw new OutOfSync(`${answer.length} of ${count + 2} bytes came as the board's answer to ${what}`);
    }
    if (answer[0] !== code.inSync || answer[count + 1] !== code.ok) {
      throw new OutOfSync(`the board's answer to ${what} is out of step`);
    }
    return answer.subarray(1, count + 1);
  }

  /** What comes until `enough`, or until nothing came for `timeout` milliseconds. */
  private async receive(timeout: number, enough: (bytes: Uint8Array) => boolean): Promise<Uint8Array> {
    let bytes = new Uint8Array(0);
    while (!enough(bytes)) {
      const more = await this.stream.read(timeout);
      if (more.length === 0) break;
      bytes = Uint8Array.of(...bytes, ...more);
      if (bytes.length > mostNoise) break; // a program that never stops talking
    }
    return bytes;
  }

  /** Drops what comes until the line is silent; returns how many bytes. */
  private async drain(silence: number = wait.silence): Promise<number> {
    let dropped = 0;
    while (dropped <= mostNoise) {
      const { length } = await this.stream.read(silence);
      if (length === 0) break;
      dropped += length;
    }
    return dropped;
  }
}

/** Bytes after which a line is given up that doesn't become silent: a second and more at 115200 baud. */
const mostNoise = 16384;

function find(bytes: Uint8Array, first: number, second: number): boolean {
  return bytes.some((byte, i) => byte === first && bytes[i + 1] === second);
}

/** Upper-case hexadecimal digits, at least `digits` of them. */
export function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
