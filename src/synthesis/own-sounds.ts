import { kindOf } from '#platform';
import { DataError, listSounds, readSound } from '../data/index.js';
import { soundRate } from './acoustics.js';

/**
 * All sounds in a folder and the folders in it, in the order of their names.
 *
 * @param option names the folder in messages
 * @returns samples at 16 kHz in counts of 16 bits
 * @throws DataError where there is no sound, or a file is damaged
 */
export async function readSounds(folder: string, option: string): Promise<Float64Array[]> {
  if ((await kindOf(folder)) !== 'directory') {
    throw new DataError(`${option}: there is no folder ${folder}; name one with recordings in it`);
  }
  const files = await listSounds(folder);
  if (files.length === 0) throw new DataError(`${option}: ${folder} holds no sounds; put recordings into it`);
  const sounds: Float64Array[] = [];
  for (const file of files) sounds.push(Float64Array.from(await readSound(file, soundRate)));
  return sounds;
}
