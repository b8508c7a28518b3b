import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { picoUf2, unoImage } from '../firmware/index.js';
import { Random } from '../math/index.js';
import { commandLine } from '../testing/command-line.js';
import { temporaryFolder } from '../testing/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { SerialPortDouble } from '../testing/serial-port-double.js';
import { SimulatedBootloader, type LineFaults } from '../testing/simulated-bootloader.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let image: string;
let board: SimulatedBootloader;
/** Why the port can't be opened, if it can't. */
let refusal: string | undefined;
/** What the command did with the port. */
let history: string[];

beforeAll(async () => {
  folder = await temporaryFolder();
  image = path.join(folder.path, 'uno.hex');
  await writeFile(image, (await unoImage(randomNetwork(new Random(1), { hiddenSize: 4 }))).hex);
});
afterAll(() => folder.remove());
beforeEach(() => plug());

/** What stands in for the package `serialport`: the port has `board` on it, or can't be opened for a reason. */
class SerialPort extends SerialPortDouble {
  constructor({ path: name, baudRate }: { path: string; baudRate: number }) {
    super(board);
    history.push(`${name} at ${baudRate}`);
  }

  static async list() {
    return [{ path: '/dev/ttyACM0', manufacturer: 'Arduino' }, { path: '/dev/ttyS0' }];
  }

  open(done: (error?: Error | null) => void): void {
    done(refusal === undefined ? null : new Error(refusal));
  }

  close(done: () => void): void {
    history.push('closed');
    done();
  }
}
vi.doMock('serialport', () => ({ SerialPort })); // once: a module that is imported already isn't replaced reliably

/** Puts a new board on the port. */
function plug(faults: LineFaults = {}, reason?: string): void {
  board = new SimulatedBootloader(faults);
  history = [];
  refusal = reason;
}

describe('flash', () => {
  const flash = (...more: string[]) => commandLine('flash', '--image', image, '--port', '/dev/ttyACM0', ...more);

  it('opens the port, writes the board, and closes the port', async () => {
    const { code, stdout, stderr } = await flash();
    expect(stdout).toMatch(/^\/dev\/ttyACM0: \d+ bytes written and read back; the program is started\n$/);
    expect([code, stderr]).toEqual([0, '']);
    expect(history).toEqual(['/dev/ttyACM0 at 115200', 'closed']);
    expect(board.running).toBe(true);
    expect(board.flash[0]).not.toBe(0xff);
  });

  it('says the same as JSON', async () => {
    const { stdout } = await flash('--json');
    expect(JSON.parse(stdout)).toEqual({
      port: '/dev/ttyACM0',
      bytes: expect.any(Number),
      recoveries: 0,
      rewritten: 0,
    });
  });

  it('names the ports that there are where one can’t be opened', async () => {
    plug({}, 'Error: Permission denied, cannot open /dev/ttyACM0');
    const { code, stderr } = await flash();
    expect(stderr).toBe(
      "fastgrnn: can't open the port /dev/ttyACM0: Permission denied, cannot open /dev/ttyACM0; there is /dev/ttyACM0 (Arduino), /dev/ttyS0\n",
    );
    expect(code).toBe(2);
  });

  it('says what to do with a Pico’s image', async () => {
    const uf2 = path.join(folder.path, 'pico.uf2');
    await writeFile(uf2, await picoUf2(randomNetwork(new Random(1))));
    const { code, stderr } = await commandLine('flash', '--image', uf2, '--port', 'COM3');
    expect(stderr).toMatch(/^fastgrnn: .*pico\.uf2 is a UF2 file, for a Pico: copy it onto the drive .*\n$/);
    expect(code).toBe(2);
    expect(history).toEqual([]);
  });

  it('closes the port after a failure as well, which it tells in one line', async () => {
    plug({ signature: [0x1e, 0x98, 0x01] });
    const { code, stderr } = await flash();
    expect(stderr).toMatch(/^fastgrnn: the board's signature is 1E9801.*\n$/);
    expect(code).toBe(2);
    expect(history.at(-1)).toBe('closed');
  });
});
