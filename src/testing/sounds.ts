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
