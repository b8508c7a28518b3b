import { ImageError, readHex, unoLimits } from '../firmware/index.js';
import { FlashError, OutOfSync } from './errors.js';
import { hex, Stk500 } from './stk500.js';
import type { ByteStream } from './stream.js';

/** Bits a second of an Uno's bootloader. */
export const unoBaudRate = 115_200;

/** Of an ATmega328P, and the name of what answers otherwise. */
const unoSignature = '1E950F';
const otherParts: Record<string, string> = {
  '1E9514': 'an ATmega328',
  '1E9516': 'an ATmega328PB',
  '1E9406': 'an ATmega168',
  '1E940B': 'an ATmega168P',
  '1E9587': 'an ATmega32U4 (Leonardo, Micro)',
  '1E9801': 'an ATmega2560 (Mega)',
};

const pageBytes = 128;

/** Tries of one page, with a reset between; and rounds of writing and reading everything back. */
const tries = 5;
const rounds = 3;

/** What `flashUno` is doing: bytes written, or read back, of all that there are. */
export interface FlashProgress {
  readonly phase: 'write' | 'verify';
  readonly done: number;
  readonly total: number;
}

/** How `flashUno` tells of its progress. */
export interface FlashOptions {
  /** Called after each page. */
  readonly onProgress?: (progress: FlashProgress) => void;
}

/** What has been done. */
export interface FlashReport {
  /** Bytes of the image, all of them read back and compared. */
  readonly bytes: number;
  /** Resets in the middle of the work, after bytes had been lost. */
  readonly recoveries: number;
  /** Pages that were written again because they read back differently. */
  readonly rewritten: number;
}

/** A page of flash: what the image doesn't fill is 0xFF. */
interface Page {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/**
 * Writes an image into an Uno over its bootloader, reads all of it back, and starts it. Lost bytes are survived: the board is
 * reset and the page sent again.
 *
 * @param stream the board's serial line at `unoBaudRate`
 * @param image Intel HEX text
 * @throws ImageError when the image is damaged, or reaches into the bootloader
 * @throws FlashError when nothing answers, another part answers, or the flash keeps other bytes than were sent
 */
export async function flashUno(stream: ByteStream, image: string, options: FlashOptions = {}): Promise<FlashReport> {
  const pages = pagesOf(image);
  const board = new Stk500(stream);
  let recoveries = 0;

  const open = async (): Promise<void> => {
    await board.connect();
    checkSignature(await board.signature());
    await board.enterProgramming();
  };
  /** Work that is done again after a reset where bytes were lost. */
  const steadily = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let k = 1; ; k++) {
      try {
        if (k > 1) await open();
        return await work();
      } catch (error) {
        if (!(error instanceof OutOfSync)) throw error;
        if (k === tries) {
          throw new FlashError(`${error.message}, after ${tries} tries; check the cable`, { cause: error });
        }
        recoveries++;
      }
    }
  };
  const through = async (
    phase: FlashProgress['phase'],
    work: (page: Page) => Promise<void>,
    some: readonly Page[] = pages,
  ) => {
    for (const [k, page] of some.entries()) {
      await steadily(() => work(page));
      options.onProgress?.({ phase, done: (k + 1) * pageBytes, total: some.length * pageBytes });
    }
  };

  await steadily(open);
  let wrong: readonly Page[] = pages;
  let rewritten = -pages.length;
  let difference = '';
  for (let round = 0; wrong.length > 0; round++) {
    if (round === rounds) throw new FlashError(`${difference}, after ${rounds} tries; is the flash worn out?`);
    rewritten += wrong.length;
    await through('write', ({ address, bytes }) => board.writePage(address, bytes), wrong);
    // All are read back, in each round: a damaged address may have sent a page over another.
    const differing: Page[] = [];
    await through('verify', async (page) => {
      const actual = await board.readPage(page.address, pageBytes);
      const at = page.bytes.findIndex((byte, i) => byte !== actual[i]);
      if (at < 0) return;
      if (differing.length === 0) difference = describe(page.address + at, actual[at], page.bytes[at]);
      differing.push(page);
    });
    wrong = differing;
  }
  await steadily(() => board.leaveProgramming());
  return { bytes: pages.length * pageBytes, recoveries, rewritten };
}

function describe(address: number, actual: number, expected: number): string {
  return `the flash at address 0x${hex(address, 4)} holds 0x${hex(actual, 2)} where 0x${hex(expected, 2)} was written`;
}

function pagesOf(image: string): Page[] {
  const pages = new Map<number, Uint8Array>();
  for (const { address, bytes } of readHex(image)) {
    const end = address + bytes.length;
    if (end > unoLimits.flash) {
      throw new ImageError(
        `the image reaches to 0x${hex(end, 4)}; an Uno's program ends at 0x${hex(unoLimits.flash, 4)}, where its bootloader begins`,
      );
    }
    for (const [i, byte] of bytes.entries()) {
      const offset = (address + i) % pageBytes;
      const start = address + i - offset;
      let page = pages.get(start);
      if (!page) pages.set(start, (page = new Uint8Array(pageBytes).fill(0xff)));
      page[offset] = byte;
    }
  }
  if (pages.size === 0) throw new ImageError('the image holds no bytes');
  return Array.from(pages, ([address, bytes]) => ({ address, bytes })).toSorted((a, b) => a.address - b.address);
}

function checkSignature(bytes: readonly number[]): void {
  const signature = bytes.map((byte) => hex(byte, 2)).join('');
  if (signature === unoSignature) return;
  const part = otherParts[signature] ?? 'an unknown part';
  throw new FlashError(
    `the board's signature is ${signature}, ${part}; this image is for an ATmega328P (${unoSignature}), an Uno's`,
  );
}
