import { temporaryDirectory } from '#platform';
import { readSound } from '../data/index.js';
import { soundRate, trimmed } from './acoustics.js';
import type { Synthesiser } from './engine.js';
import type { Speaker } from './voices.js';

/** Something said by someone. */
export interface Saying extends Speaker {
  readonly text: string;
}

/**
 * Speaks: samples at 16 kHz in counts of 16 bits without silence around them, [sayings]; undefined where a synthesiser failed.
 */
export async function speak(sayings: readonly Saying[]): Promise<(Float64Array | undefined)[]> {
  const sounds: (Float64Array | undefined)[] = sayings.map(() => undefined);
  const bySynthesiser = new Map<Synthesiser, number[]>();
  sayings.forEach(({ synthesiser }, i) => {
    bySynthesiser.set(synthesiser, [...(bySynthesiser.get(synthesiser) ?? []), i]);
  });
  const directory = await temporaryDirectory();
  try {
    for (const [synthesiser, indices] of bySynthesiser) {
      const files = await synthesiser.speak(
        indices.map((i) => sayings[i]),
        directory.path,
      );
      for (const [k, file] of files.entries()) {
        if (file !== undefined) sounds[indices[k]] = await readSpeech(file);
      }
    }
  } finally {
    await directory.dispose();
  }
  return sounds;
}

/** A file's speech; undefined where there is hardly a sound in it. */
async function readSpeech(file: string): Promise<Float64Array | undefined> {
  const sound = trimmed(Float64Array.from(await readSound(file, soundRate)));
  return sound.length < soundRate / 10 ? undefined : sound;
}
