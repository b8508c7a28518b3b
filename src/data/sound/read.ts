import { joinPath, kindOf, listDirectory, readFile } from '#platform';
import { DataError } from '../errors.js';
import { readerOf } from '../formats/readers.js';
import { resampled } from '../formats/sound.js';

/**
 * A file of sound as one channel at the given rate, in counts of 16 bits; its channels become their mean.
 *
 * @throws DataError where it is none, is damaged, or has a rate in no simple ratio
 */
export async function readSound(file: string, rate: number): Promise<Int16Array> {
  const reader = readerOf(file);
  if (!reader?.isSound) throw new DataError(`${file} is no sound; give WAV, FLAC, MP3, Ogg Vorbis or Opus`);
  const [recording] = await reader.read(await readFile(file), file, {});
  const { values } = resampled(recording, rate);
  return Int16Array.from(values, (value) => Math.min(32_767, Math.max(-32_768, Math.round(value))));
}

/** The files of sound in a folder and the folders in it, in the order of their names; hidden ones are passed over. */
export async function listSounds(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await listDirectory(folder)) {
    if (name.startsWith('.')) continue;
    const path = joinPath(folder, name);
    if ((await kindOf(path)) === 'directory') found.push(...(await listSounds(path)));
    else if (readerOf(name)?.isSound) found.push(path);
  }
  return found;
}
