import type { Tell } from '../../cache/cache.js';
import { dataDirectoryOf, type LoadOptions } from '../../load.js';

import type { SoundClips } from '../../sound/clips.js';
import { findSpeech } from './find.js';
import { noisePart } from './silence.js';
import { silence } from './words.js';

/** Sounds of Speech Commands of which streams are made, at 16 kHz in counts of 16 bits. */
export interface SpeechSounds {
  /** That part of each noise recording. */
  readonly noise: readonly Int16Array[];
  /** Spoken words, none of silence. */
  readonly words: readonly Int16Array[];
}

/**
 * The sounds of one part: of `train` the first half of each noise recording and the training words, of `validation` what is between a half
 * and two thirds, of `test` the last third, which no training hears.
 *
 * @throws DataError where Speech Commands isn't there
 */
export async function loadSpeechSounds(
  part: 'train' | 'validation' | 'test',
  options: LoadOptions = {},
): Promise<SpeechSounds> {
  const tell: Tell = options.tell ?? (() => undefined);
  const { folder, layout, choice } = await findSpeech(dataDirectoryOf(options), {});
  const noise = await layout.noise(folder, tell);
  const clips = await layout.clips(folder, part, choice, tell);
  return {
    noise: noise.map((recording) => noisePart(recording, part === 'test' ? 'kept' : part)),
    words: spoken(clips),
  };
}

function spoken({ count, length, samples, words }: SoundClips): Int16Array[] {
  const clips: Int16Array[] = [];
  for (let i = 0; i < count; i++) if (words[i] !== silence) clips.push(samples.subarray(i * length, (i + 1) * length));
  return clips;
}
