import { RP2040 } from 'rp2040js';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeBlob, picoImage, readHex, unoImage, type Segment } from '../firmware/index.js';
import { crc16 } from '../firmware/crc.js';
import { Random } from '../math/index.js';
import { randomNetwork } from '../testing/random-network.js';
import { UnoMachine, type SerialMachine } from './machine.js';
import { PicoMachine } from './pico-machine.js';

const small = randomNetwork(new Random(4), {
  cell: 'FastGRNN',
  inputSize: 3,
  hiddenSize: 5,
  classes: 2,
  vocabulary: 0,
});
const tokens = randomNetwork(new Random(4), {
  inputSize: 3,
  hiddenSize: 5,
  vocabulary: 7,
  gate: 'relu',
  update: 'relu',
});

/** The programs alone, and where they look for their network. */
const programs: Record<string, { segments: readonly Segment[]; blobAddress: number }> = {};
const machines: Record<string, (segments: readonly Segment[]) => SerialMachine> = {
  Uno: (segments) => new UnoMachine(segments),
  Pico: (segments) => new PicoMachine(RP2040, segments),
};

beforeAll(async () => {
  const uno = await unoImage(small);
  const [{ bytes }] = readHex(uno.hex);
  programs.Uno = {
    segments: [{ address: 0, bytes: bytes.subarray(0, uno.blobAddress) }],
    blobAddress: uno.blobAddress,
  };
  const pico = await picoImage(small);
  programs.Pico = {
    segments: pico.segments.filter(({ address }) => address !== pico.blobAddress),
    blobAddress: pico.blobAddress,
  };
});

/** The status that a board's program says of a network's bytes, and its words. */
function heard(board: string, blob: Uint8Array): { status: number; text: string } {
  const { segments, blobAddress } = programs[board];
  const machine = machines[board]([...segments, { address: blobAddress, bytes: blob }]);
  const [, , , status] = machine.exchange([], 9, 4_000_000);
  let text = '';
  if (status === 0) return { status, text };
  while (text.split('\n').length < 3) {
    text += String.fromCharCode(...machine.exchange([], 1, 400_000));
  }
  return { status, text };
}

/** A network's bytes with some changed, under a checksum that is right again. */
function resealed(blob: Uint8Array, change: (bytes: Uint8Array, view: DataView) => void): Uint8Array {
  const bytes = blob.slice();
  const view = new DataView(bytes.buffer);
  change(bytes, view);
  view.setUint16(bytes.length - 2, crc16(bytes.subarray(0, -2)), true);
  return bytes;
}

const blob = encodeBlob(small);

describe.each(['Uno', 'Pico'])('the program of the %s', (board) => {
  it('runs the undamaged network, and says nothing more', () => {
    expect(heard(board, blob)).toEqual({ status: 0, text: '' });
  });

  it.each<[string, Uint8Array, number, string]>([
    ['erased flash', new Uint8Array(64).fill(0xff), 1, 'is missing'],
    ['another format', resealed(blob, (bytes) => (bytes[2] = 2)), 2, 'has an unknown format'],
    [
      'more than there is',
      resealed(blob, (_, view) => view.setUint32(4, 0x7fffffff, true)),
      3,
      'is cut off or too long',
    ],
    [
      'fewer bytes than a header',
      resealed(blob, (_, view) => view.setUint32(4, 37, true)),
      3,
      'is cut off or too long',
    ],
    ['a head beyond the end', resealed(blob, (_, view) => view.setUint32(8, 60000, true)), 3, 'is cut off or too long'],
    ['a flipped bit', blob.map((byte, at) => (at === 60 ? byte ^ 1 : byte)), 4, 'is damaged: wrong checksum'],
    ['no hidden units', resealed(blob, (bytes) => (bytes[13] = 0)), 5, 'has unknown sizes or settings'],
    ['an unknown update', resealed(blob, (bytes) => (bytes[17] |= 0xf0)), 5, 'has unknown sizes or settings'],
    ['a shift of 31', resealed(blob, (bytes) => (bytes[20] = 31)), 5, 'has unknown sizes or settings'],
    ['a limit of 0', resealed(blob, (_, view) => view.setInt16(28, 0, true)), 5, 'has unknown sizes or settings'],
    ['a negative limit', resealed(blob, (_, view) => view.setInt16(30, -5, true)), 5, 'has unknown sizes or settings'],
    [
      'no tokens',
      resealed(encodeBlob(tokens), (_, view) => view.setInt16(36, 0, true)),
      5,
      'has unknown sizes or settings',
    ],
  ])('refuses %s in words', (_, bytes, status, words) => {
    expect(heard(board, bytes)).toEqual({ status, text: `\r\nfastgrnn: the model ${words}\r\n` });
  });

  it('refuses a network with any byte changed', () => {
    const random = new Random(3);
    // Every byte of the header, and some of the rest.
    const places = [...Array(36).keys(), ...Array.from({ length: 60 }, () => 36 + random.below(blob.length - 36))];
    for (const at of places) {
      const damaged = blob.slice();
      damaged[at] ^= 1 + random.below(255);
      expect(heard(board, damaged).status, `byte ${at}`).toBeGreaterThan(0);
    }
  });
});

it('is refused by the Uno’s program where its vectors need more RAM than the part has', () => {
  const wide = randomNetwork(new Random(1), { inputSize: 255, hiddenSize: 255, wRank: 0, uRank: 0, density: 0.01 });
  expect(heard('Uno', encodeBlob(wide)).text).toBe('\r\nfastgrnn: the model needs more RAM than there is\r\n');
});
