import { DataError } from '../errors.js';
import { decoderPackage } from './libraries.js';
import { scaled } from './mp3.js';
import { checkSamples, type Pcm } from './pcm.js';

/**
 * Decodes Ogg Vorbis by the package @wasm-audio-decoders/ogg-vorbis.
 *
 * @throws DataError where the package isn't installed, or the file is damaged
 */
export async function decodeVorbis(bytes: Uint8Array, file: string): Promise<Pcm> {
  const { OggVorbisDecoder } = await decoderPackage(
    '@wasm-audio-decoders/ogg-vorbis',
    file,
    () => import('@wasm-audio-decoders/ogg-vorbis'),
  );
  const decoder = new OggVorbisDecoder();
  await decoder.ready;
  try {
    const { channelData, samplesDecoded, sampleRate, errors } = await decoder.decodeFile(bytes);
    if (errors.length > 0) throw new DataError(`${file} is damaged: "${errors[0].message}"; copy it again`);
    if (samplesDecoded === 0 || !(sampleRate > 0)) {
      throw new DataError(`${file} holds no samples; remove it or record it again`);
    }
    checkSamples(samplesDecoded * channelData.length, file);
    return { rate: sampleRate, channels: channelData.map(scaled) };
  } finally {
    decoder.free();
  }
}
