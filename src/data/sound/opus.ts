import { DataError } from '../errors.js';
import { scaled } from './mp3.js';
import { readOgg } from './ogg.js';
import { checkSamples, convertSound, type Pcm } from './pcm.js';

/** Rates that the decoder gives of itself, without another resampler behind it. */
const rates = [8000, 12_000, 16_000, 24_000, 48_000] as const;

export type OpusRate = (typeof rates)[number];

/** The rate at which a stream loses nothing: the lowest one offered that isn't below that of the sound that was coded. */
export function opusRate(head: Uint8Array): OpusRate {
  const coded = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const original = head.length >= 16 ? coded.getUint32(12, true) : 0;
  return rates.find((rate) => original > 0 && rate >= original) ?? 48_000;
}

/**
 * Decodes Ogg Opus (RFC 7845) of one or two channels at a rate that its decoder offers. Samples before the pre-skip are removed, and
 * those behind the end that the last page names. The decoder is a WebAssembly build of libopus, loaded when it is first needed.
 *
 * @param rate 8000, 12000, 16000, 24000 or 48000
 * @throws DataError where the file is no Ogg Opus, damaged or cut off
 */
export async function decodeOpus(bytes: Uint8Array, file: string, rate: OpusRate = 16_000): Promise<Pcm> {
  const { packets, position } = readOgg(bytes, file);
  const head = packets[0];
  if (head === undefined || new TextDecoder().decode(head.subarray(0, 8)) !== 'OpusHead' || head.length < 19) {
    throw new DataError(`${file} is an Ogg file, but no Opus; ${convertSound}`);
  }
  const channels = head[9];
  if (channels < 1 || channels > 2 || head[18] !== 0) {
    throw new DataError(`${file} has ${channels} channels, one or two are read of Opus; ${convertSound}`);
  }
  const frames = packets.slice(2); // the second packet holds tags
  if (frames.length === 0) throw new DataError(`${file} holds no samples; remove it or record it again`);
  const preSkip = head[10] | (head[11] << 8);
  const gain = ((head[16] | (head[17] << 8)) << 16) >> 16;
  if (gain !== 0)
    throw new DataError(`${file} asks for a gain of ${gain / 256} dB, which is not read; ${convertSound}`);
  const most = frames.length * 0.12 * rate; // a packet lasts 120 ms at most
  const wanted = position < 0 ? most : Math.round(((position - preSkip) * rate) / 48_000);
  if (wanted <= 0) throw new DataError(`${file} holds no samples; remove it or record it again`);
  checkSamples(Math.min(wanted, most) * channels, file);
  const { OpusDecoder } = await import('opus-decoder');
  const decoder = new OpusDecoder({ sampleRate: rate, channels, preSkip: Math.round((preSkip * rate) / 48_000) });
  await decoder.ready;
  try {
    const { channelData, samplesDecoded, errors } = decoder.decodeFrames(frames);
    if (errors.length > 0) {
      throw new DataError(`${file} is damaged: Opus says "${errors[0].message}"; copy it again`);
    }
    const count = Math.min(samplesDecoded, Math.round(wanted));
    return {
      rate,
      channels: channelData.map((values) => scaled(values.subarray(0, count))),
    };
  } finally {
    decoder.free();
  }
}
