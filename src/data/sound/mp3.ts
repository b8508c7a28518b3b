import { DataError } from '../errors.js';
import { decoderPackage } from './libraries.js';
import { checkSamples, convertSound, type Pcm } from './pcm.js';

/**
 * Decodes MP3 (MPEG 1, 2 and 2.5, layers I to III) by the package mpg123-decoder. What an encoder added before and after the sound is
 * removed where the file says how much it is.
 *
 * @throws DataError where the package isn't installed, or the file is no MP3 or damaged
 */
export async function decodeMp3(bytes: Uint8Array, file: string): Promise<Pcm> {
  if (bytes.length === 0) throw new DataError(`${file} is empty; remove it or record it again`);
  const { MPEGDecoder } = await decoderPackage('mpg123-decoder', file, () => import('mpg123-decoder'));
  const decoder = new MPEGDecoder({ enableGapless: true });
  await decoder.ready;
  try {
    const { channelData, samplesDecoded, sampleRate, errors } = decoder.decode(bytes);
    if (errors.length > 0) throw new DataError(`${file} is damaged: "${errors[0].message}"; copy it again`);
    if (samplesDecoded === 0 || !(sampleRate > 0)) {
      throw new DataError(`${file} is no MP3 file, or holds no samples; ${convertSound}`);
    }
    checkSamples(samplesDecoded * channelData.length, file);
    // A sound of one channel comes as two that are equal.
    const [left, right] = channelData;
    const isMono = right === undefined || left.every((value, i) => value === right[i]);
    return { rate: sampleRate, channels: (isMono ? [left] : channelData).map(scaled) };
  } finally {
    decoder.free();
  }
}

/** Samples of full scale 1 in counts of 16 bits. */
export function scaled(values: Float32Array): Float32Array {
  return values.map((value) => value * 32_768);
}
