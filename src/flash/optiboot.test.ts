import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { proofSequences, proveUno } from '../boards/index.js';
import { readHex, unoImage, writeHex } from '../firmware/index.js';
import { Random } from '../math/index.js';
import { BootloaderMachine } from '../testing/bootloader-machine.js';
import { randomNetwork } from '../testing/random-network.js';
import { flashUno } from './index.js';

/** The bootloader of every Uno, where Debian's arduino-core-avr is installed, as it is in CI. */
const optiboot = '/usr/share/arduino/hardware/arduino/avr/bootloaders/optiboot/optiboot_atmega328.hex';

describe.runIf(process.env.CI !== undefined || existsSync(optiboot))('the Uno’s own bootloader, simulated', () => {
  it('writes an image and starts it; what flash then holds is proven', async () => {
    // The version's two bytes lie upon the code, so that our reader would refuse the file.
    const code = readFileSync(optiboot, 'utf8').replace(/^:027FFE00.*$/m, '');
    const board = new BootloaderMachine(readHex(code));
    const network = randomNetwork(new Random(2), { hiddenSize: 6 });
    const image = await unoImage(network);
    const report = await flashUno(board, image.hex);
    expect(report).toEqual({ bytes: 128 * Math.ceil(image.flashBytes / 128), recoveries: 0, rewritten: 0 });
    await board.read(1500); // the simulator's watchdog bites late
    expect(board.running).toBe(true);
    const hex = writeHex([{ address: 0, bytes: board.flash.subarray(0, report.bytes) }]);
    expect(proveUno(network, { hex }, proofSequences(network, 16))).toMatchObject({ bitExact: true, steps: 16 });
  });
});
