import { DataError } from '../errors.js';
import { decodeFlac } from '../sound/flac.js';
import { decodeMp3 } from '../sound/mp3.js';
import { readOgg } from '../sound/ogg.js';
import { decodeOpus, opusRate } from '../sound/opus.js';
import { convertSound, type Pcm } from '../sound/pcm.js';
import { soundRecording } from '../sound/recording.js';
import { decodeVorbis } from '../sound/vorbis.js';
import { describeRecordings } from './facts.js';
import type { FormatReader } from './format.js';

/** A reader of sounds: one recording a file, of one channel, with its rate, in counts of 16 bits, as `wavReader`. */
function soundReader(
  name: string,
  endings: readonly string[],
  decode: (bytes: Uint8Array, file: string) => Pcm | Promise<Pcm>,
): FormatReader {
  return {
    name,
    endings,
    isSound: true,
    read: async (bytes, file, { channels }) => [soundRecording(await decode(bytes, file), file, channels)],
    describe: (bytes, file) =>
      describeRecordings(name, file, async () => [soundRecording(await decode(bytes, file), file)]),
  };
}

/** FLAC: Free Lossless Audio Codec. */
export const flacReader = soundReader('FLAC', ['.flac', '.fla'], decodeFlac);

/** MP3, by a package that is loaded when it is needed. */
export const mp3Reader = soundReader('MP3', ['.mp3'], decodeMp3);

/** Ogg with Opus, Vorbis or FLAC in it. */
export const oggReader = soundReader('Ogg', ['.ogg', '.oga', '.opus'], decodeOgg);

async function decodeOgg(bytes: Uint8Array, file: string): Promise<Pcm> {
  const { packets } = readOgg(bytes, file);
  const [first = new Uint8Array()] = packets;
  const begin = String.fromCharCode(...first.subarray(0, 8));
  if (begin === 'OpusHead') return decodeOpus(bytes, file, opusRate(first));
  if (begin.startsWith('\u0001vorbis')) return decodeVorbis(bytes, file);
  if (begin.startsWith('\u007fFLAC')) {
    // Nine bytes of Ogg's own stand before the stream; what follows is FLAC, cut into packets.
    const pieces = [first.subarray(9), ...packets.slice(1)];
    const stream = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      stream.set(piece, at);
      at += piece.length;
    }
    return decodeFlac(stream, file);
  }
  throw new DataError(`${file} is an Ogg file without Opus, Vorbis or FLAC in it; ${convertSound}`);
}
