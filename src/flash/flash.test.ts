import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageError, unoImage, writeHex } from '../firmware/index.js';
import { Random } from '../math/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { SerialPortDouble } from '../testing/serial-port-double.js';
import { SimulatedBootloader, type LineFaults } from '../testing/simulated-bootloader.js';
import { FlashError, flashUno, serialPortStream, type FlashProgress } from './index.js';

const random = new Random(3);
const bytes = Uint8Array.from({ length: 1000 }, () => random.below(256));
/** Two segments: one that begins and ends inside a page, one at the end of what a program may fill. */
const segments = [
  { address: 0x40, bytes },
  { address: 32256 - 10, bytes: bytes.subarray(0, 10) },
];
const image = writeHex(segments);
const pages = Math.ceil((0x40 + bytes.length) / 128) + 1;

const expected = new SimulatedBootloader().flash.slice();
for (const { address, bytes: part } of segments) expected.set(part, address);

/** The whole of flash is the image, between bytes that are erased and the bootloader. */
function expectImage(board: SimulatedBootloader): void {
  expect(Buffer.compare(board.flash, expected)).toBe(0);
}

async function flashed(faults: LineFaults = {}) {
  const board = new SimulatedBootloader(faults);
  return { board, report: await flashUno(board, image) };
}

describe('flashUno', () => {
  it('writes every page, reads it back, tells of both, and starts the program', async () => {
    const board = new SimulatedBootloader();
    const told: FlashProgress[] = [];
    const report = await flashUno(board, image, { onProgress: (progress) => void told.push(progress) });
    expect(report).toEqual({ bytes: 128 * pages, recoveries: 0, rewritten: 0 });
    expectImage(board);
    expect(board.running).toBe(true);
    expect(board.resets).toBe(1);
    expect(told.filter(({ phase }) => phase === 'write')).toHaveLength(pages);
    expect(told.at(-1)).toEqual({ phase: 'verify', done: 128 * pages, total: 128 * pages });
  });

  it('writes a real image', async () => {
    const network = randomNetwork(new Random(1));
    const { hex, flashBytes } = await unoImage(network);
    const board = new SimulatedBootloader();
    expect((await flashUno(board, hex)).bytes).toBe(128 * Math.ceil(flashBytes / 128));
  });

  it('finds the bootloader behind noise and the words of the old program', async () => {
    const chatter = Uint8Array.from({ length: 300 }, () => random.below(256));
    for (const noise of [chatter, Uint8Array.of(0x14), Uint8Array.of(0x14, 0x10, 0x14, 0x10), Uint8Array.of(0x10)]) {
      const { board } = await flashed({ chatter: noise });
      expectImage(board);
    }
  });

  it('survives any few lost bytes, in either direction', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(3000), { maxLength: 4 }),
        fc.uniqueArray(fc.nat(1500), { maxLength: 4 }),
        async (lost, unheard) => {
          const { board, report } = await flashed({
            toBoard: (byte, n) => (lost.includes(n) ? undefined : byte),
            fromBoard: (byte, n) => (unheard.includes(n) ? undefined : byte),
          });
          expectImage(board);
          expect(board.running).toBe(true);
          expect(report.recoveries).toBeLessThanOrEqual(lost.length + unheard.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never says that it is done over other bytes, whatever is lost or changed', async () => {
    let done = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 40, max: 3000 }), async (seed, rarity) => {
        const faults = new Random(seed);
        const damage = (byte: number) =>
          faults.below(rarity) > 0 ? byte : faults.below(2) ? undefined : byte ^ (1 << faults.below(8));
        const board = new SimulatedBootloader({ toBoard: damage, fromBoard: damage });
        try {
          await flashUno(board, image);
        } catch (error) {
          expect(error).toBeInstanceOf(FlashError);
          refused++;
          return;
        }
        done++;
        // What lies outside of the image isn't compared, and a damaged address may have hit it.
        for (const { address, bytes: part } of segments) {
          expect(Buffer.compare(board.flash.subarray(address, address + part.length), part)).toBe(0);
        }
      }),
      { numRuns: 150, seed: 5 },
    );
    expect(done).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(5);
  });

  it('writes a page again that arrived with a changed byte', async () => {
    const { board, report } = await flashed({ toBoard: (byte, n) => (n === 200 ? byte ^ 1 : byte) });
    expect(report).toMatchObject({ recoveries: 0, rewritten: 1 });
    expectImage(board);
  });

  it.each<[string, LineFaults, RegExp]>([
    ['nothing answers', { dead: true }, /does not answer; is it an Uno .* is the port its own/],
    ['something else talks', { dead: true, chatter: Uint8Array.of(0x46, 0x47) }, /6 other bytes came; is it an Uno/],
    [
      'it is a Mega',
      { signature: [0x1e, 0x98, 0x01] },
      /signature is 1E9801, an ATmega2560 \(Mega\); .* ATmega328P \(1E950F\)/,
    ],
    ['it is nothing known', { signature: [1, 2, 3] }, /signature is 010203, an unknown part/],
    [
      'a byte of flash is worn',
      { worn: (at, byte) => (at === 0x123 ? byte & ~bytes[0x123 - 0x40] : byte) },
      /at address 0x0123 holds 0x00 where 0x[0-9A-F]{2} was written, after 3 tries/,
    ],
    [
      'every page is cut off',
      { toBoard: (byte, n) => (n % 90 === 89 ? undefined : byte) },
      /after 5 tries; check the cable/,
    ],
  ])('says so where %s', async (_, faults, message) => {
    await expect(flashed(faults)).rejects.toThrow(FlashError);
    await expect(flashed(faults)).rejects.toThrow(message);
  });

  it('refuses an image that reaches into the bootloader, is empty or damaged, before it touches the board', async () => {
    const board = new SimulatedBootloader();
    const over = writeHex([{ address: 32250, bytes: new Uint8Array(7) }]);
    await expect(flashUno(board, over)).rejects.toThrow(/reaches to 0x7E01; an Uno's program ends at 0x7E00/);
    await expect(flashUno(board, writeHex([]))).rejects.toThrow(/holds no bytes/);
    await expect(flashUno(board, 'hello')).rejects.toThrow(ImageError);
    expect(board.resets).toBe(0);
  });
});

describe('serialPortStream', () => {
  it('flashes a board by the calls and events of the package', async () => {
    const board = new SimulatedBootloader();
    const port = new SerialPortDouble(board);
    await flashUno(serialPortStream(port), image);
    expectImage(board);
    expect(port.signals).toEqual(['false false', 'true true']);
  });

  it('rejects once the port is closed, in the middle of a wait as well, after what had come', async () => {
    const port = new SerialPortDouble(new SimulatedBootloader());
    const stream = serialPortStream(port);
    port.emit('data', Uint8Array.of(7));
    const waiting = stream.read(1);
    port.emit('close');
    expect(await waiting).toEqual(Uint8Array.of(7));
    await expect(stream.read(60_000)).rejects.toThrow(/was closed; was the board unplugged/);
    await expect(stream.write(Uint8Array.of(1))).rejects.toThrow(FlashError);

    const other = new SerialPortDouble(new SimulatedBootloader());
    const read = serialPortStream(other).read(60_000);
    other.emit('error', new Error('EIO'));
    await expect(read).rejects.toThrow(/the serial port fails: EIO/);
  });

  it('passes on what the port refuses', async () => {
    const port = new SerialPortDouble(new SimulatedBootloader());
    port.set = (_, done) => done(new Error('ENOTTY'));
    await expect(flashUno(serialPortStream(port), image)).rejects.toThrow(/cannot set DTR and RTS.*ENOTTY/);
  });

  it('gives nothing when nothing comes in time', async () => {
    expect(await serialPortStream(new SerialPortDouble(new SimulatedBootloader())).read(1)).toHaveLength(0);
  });
});
