import { readFileSync } from 'node:fs';

/** What another program unpacks of a file. */
interface GoldenSound {
  readonly rate: number;
  readonly channels: number;
  readonly bits: number;
  /** [channels][samples], whole numbers of that depth. */
  readonly samples: readonly (readonly number[])[];
}

const folder = new URL('../data/sound/golden/', import.meta.url);

/** A file of src/data/sound/golden. */
export function goldenSound(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

/** What tools/golden/sounds.py says of these files. */
export function goldenSounds(): Record<string, GoldenSound> {
  const all = JSON.parse(new TextDecoder().decode(goldenSound('sounds.json'))) as Record<
    string,
    Omit<GoldenSound, 'samples'> & { readonly samples: string }
  >;
  return Object.fromEntries(Object.entries(all).map(([name, own]) => [name, { ...own, samples: unpacked(own) }]));
}

function unpacked({ channels, bits, samples }: { channels: number; bits: number; samples: string }): number[][] {
  const bytes = Buffer.from(samples, 'base64');
  const width = bits / 8;
  const frames = bytes.length / (width * channels);
  return Array.from({ length: channels }, (_, c) =>
    Array.from({ length: frames }, (__, t) => bytes.readIntLE((t * channels + c) * width, width)),
  );
}

/** A WAV file of one channel of 16 bits. */
export function wave(samples: ArrayLike<number>, rate = 16_000): Uint8Array {
  const bytes = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string) => bytes.set(new TextEncoder().encode(word), at);
  text(0, 'RIFF');
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  for (let i = 0; i < samples.length; i++) view.setInt16(44 + 2 * i, samples[i]!, true);
  return bytes;
}
