import { RP2040 } from 'rp2040js';
import { describe, expect, it } from 'vitest';
import { picoImage, picoUf2, readUf2, writeUf2 } from '../firmware/index.js';
import { Random } from '../math/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { proofSequences, provePico, simulate } from './index.js';

const network = randomNetwork(new Random(5), { cell: 'FastGRNN', density: 0.5 });
const sequences = proofSequences(network, 32);

describe('the second stage of a Pico’s boot', () => {
  it.each([
    ['where the boot ROM copies it', 0x20041f00],
    ['from the beginning of flash', 0x10000000],
  ])('switches on reading from flash and starts the program, %s', async (_, start) => {
    const mcu = new RP2040();
    const complaints: string[] = [];
    mcu.logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (__, text) => void complaints.push(text),
      error: (__, text) => void complaints.push(text),
    };
    for (const { address, bytes } of readUf2(await picoUf2(network))) mcu.flash.set(bytes, address - 0x10000000);
    if (start !== 0x10000000) mcu.sram.set(mcu.flash.subarray(0, 256), start - 0x20000000);
    const handler = new DataView(mcu.flash.buffer).getUint32(0x104, true) & ~1;
    mcu.core.PC = start;
    let instructions = 0;
    while (mcu.core.PC !== handler && instructions < 100) {
      mcu.core.executeInstruction();
      instructions++;
    }
    expect(mcu.core.PC).toBe(handler);
    expect(mcu.core.registers[13]).toBe(0x20042000);
    expect(mcu.core.VTOR).toBe(0x10000100);
    const register = (offset: number) => mcu.readUint32(0x18000000 + offset);
    // CTRLR0: DFS_32 = 31 (bits 20:16), TMOD = 3 (9:8); SPI_CTRLR0: XIP_CMD = 03h (31:24), INST_L = 2 (9:8), ADDR_L = 6 (5:2).
    expect(register(0x00).toString(16)).toBe('1f0300');
    expect(register(0xf4).toString(16)).toBe('3000218');
    expect([register(0x04), register(0x08), register(0x14)]).toEqual([0, 1, 4]);
    expect(complaints).toEqual([]);
  });

  it('with a changed bit is refused, as the boot ROM does', async () => {
    const { segments } = await picoImage(network);
    for (const at of [0, 100, 251, 255]) {
      const changed = segments.map(({ address, bytes }) => ({ address, bytes: bytes.slice() }));
      changed[0].bytes[at] ^= 1;
      expect(await provePico(network, { segments: changed }, sequences)).toMatchObject({
        bitExact: false,
        error: expect.stringContaining('second stage'),
      });
    }
  });
});

describe('a UF2 file', () => {
  it('is proven as it is', async () => {
    const uf2 = await picoUf2(network);
    expect(await provePico(network, { uf2 }, sequences)).toMatchObject({ bitExact: true, steps: 32 });
    const { runtime } = await simulate(network, { board: 'rp2040', image: uf2, sequences });
    expect(runtime).toMatchObject({ bitExact: true, steps: 32 });
  });

  it.each([
    [
      'a flipped bit of the network',
      (bytes: Uint8Array, blob: number) => (bytes[blob + 60] ^= 16),
      /checksum.*damaged/,
    ],
    ['no network', (bytes: Uint8Array, blob: number) => bytes.fill(0, blob), /no model blob/],
    ['a network of another format', (bytes: Uint8Array, blob: number) => (bytes[blob + 2] = 9), /does not know/],
    ['a network longer than flash', (bytes: Uint8Array, blob: number) => (bytes[blob + 7] = 1), /wrong length/],
  ])('with %s is refused by the program itself', async (_, damage, message) => {
    const { blobAddress } = await picoImage(network);
    const [{ address, bytes }] = readUf2(await picoUf2(network));
    damage(bytes, blobAddress - address);
    const uf2 = writeUf2([{ address, bytes }]);
    const proof = await provePico(network, { uf2 }, sequences);
    expect(proof).toMatchObject({ bitExact: false, steps: 0 });
    expect(proof.error).toMatch(message);
  });
});
