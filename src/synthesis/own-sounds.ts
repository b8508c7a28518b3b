import { joinPath, kindOf, listDirectory, readFile } from '#platform';
import { DataError, wavReader } from '../data/index.js';
import { resample } from '../features/index.js';
import { soundRate } from './acoustics.js';

/**
 * All sounds in a folder and the folders in it, in the order of their names.
 *
 * @returns samples at 16 kHz in counts of 16 bits
 * @throws DataError where there is no sound, or a file is damaged
 */
export async function readSounds(folder: string, option: string): Promise<Float64Array[]> {
  if ((await kindOf(folder)) !== 'directory') {
    throw new DataError(`${option}: there is no folder ${folder}; name one with WAV files in it`);
  }
  const files = await soundFiles(folder);
  if (files.length === 0) throw new DataError(`${option}: ${folder} holds no sounds; put WAV files into it`);
  const sounds: Float64Array[] = [];
  for (const file of files) {
    const [{ values, rate = soundRate }] = await wavReader.read(await readFile(file), file, {});
    sounds.push(resample(values, rate, soundRate));
  }
  return sounds;
}

async function soundFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await listDirectory(folder)) {
    if (name.startsWith('.')) continue;
    const path = joinPath(folder, name);
    if ((await kindOf(path)) === 'directory') found.push(...(await soundFiles(path)));
    else if (wavReader.endings.some((ending) => name.toLowerCase().endsWith(ending))) found.push(path);
  }
  return found;
}
