import { DataError } from '../errors.js';
import type { Recording } from '../recording.js';
import { convertSound as convert, type PcmValues } from '../sound/pcm.js';
import { soundRecording } from '../sound/recording.js';
import { complete } from './complete.js';
import { describeRecordings } from './facts.js';
import type { FormatReader } from './format.js';

/**
 * Sounds: RIFF WAVE with PCM of 8 to 32 bits or floating point. A file is one recording of one channel, with its rate. Values are counts
 * of 16 bits whatever the file's depth (full scale is 32768), so that files of different depths can stand side by side.
 * Several channels become their mean, or the one that `channels` names (`channel 1`, `channel 2`, …).
 */
export const wavReader: FormatReader = {
  name: 'WAV',
  endings: ['.wav', '.wave'],
  isSound: true,
  read: async (bytes, file, { channels, missing }) => [complete(readWav(bytes, file, channels), missing)],
  describe: (bytes, file) => describeRecordings('WAV', file, async () => [readWav(bytes, file)]),
};

interface WavFormat {
  readonly float: boolean;
  /** Bytes of a sample of one channel. */
  readonly width: number;
  readonly channels: number;
  readonly rate: number;
}

/** The recording of a WAV file; see `wavReader`. */
function readWav(bytes: Uint8Array, file: string, wanted?: readonly string[]): Recording {
  const { format, data } = readChunks(bytes, file);
  const steps = Math.floor(data.byteLength / (format.width * format.channels));
  const channels = Array.from({ length: format.channels }, (_, channel) => samples(data, format, steps, channel));
  return soundRecording({ rate: format.rate, channels }, file, wanted);
}

function readChunks(bytes: Uint8Array, file: string): { format: WavFormat; data: DataView } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const id = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length === 0) throw new DataError(`${file} is empty; remove it or record it again`);
  if (bytes.length < 12 || !['RIFF', 'RF64'].includes(id(0)) || id(8) !== 'WAVE') {
    throw new DataError(`${file} is no WAV file (it doesn't begin with RIFF … WAVE); ${convert}`);
  }
  let format: WavFormat | undefined;
  let wide: number | undefined; // the data's size where 32 bits don't hold it (RF64)
  let at = 12;
  while (at + 8 <= bytes.length) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (id(at) === 'ds64' && start + 16 <= bytes.length) wide = Number(view.getBigUint64(start + 8, true));
    if (id(at) === 'fmt ') format = readFormat(view, start, size, file);
    if (id(at) === 'data') {
      if (format === undefined) throw new DataError(`${file} has its data before its format; ${convert}`);
      return {
        format,
        data: dataChunk(
          view,
          {
            start,
            size: size === 0xffffffff ? (wide ?? size) : size,
            riffSize: view.getUint32(4, true),
            wide: wide !== undefined,
          },
          file,
        ),
      };
    }
    at = start + size + (size % 2); // chunks begin at even places
  }
  throw new DataError(
    `${file} is cut off or damaged: it has no ${format === undefined ? 'format' : 'data'}; copy it again`,
  );
}

const encodings = new Map([
  [2, 'Microsoft ADPCM'],
  [6, 'A-law'],
  [7, 'µ-law'],
  [17, 'IMA ADPCM'],
  [85, 'MP3'],
]);

function readFormat(view: DataView, start: number, size: number, file: string): WavFormat {
  const cut = new DataError(`${file} is cut off or damaged within its format; copy it again`);
  if (size < 16 || start + 16 > view.byteLength) throw cut;
  let tag = view.getUint16(start, true);
  const channels = view.getUint16(start + 2, true);
  const rate = view.getUint32(start + 4, true);
  const block = view.getUint16(start + 12, true);
  const bits = view.getUint16(start + 14, true);
  if (tag === 0xfffe) {
    if (size < 40 || start + 40 > view.byteLength) throw cut;
    tag = view.getUint16(start + 24, true); // the first two bytes of the subformat's GUID
  }
  if (tag !== 1 && tag !== 3) {
    throw new DataError(`${file} is packed as ${encodings.get(tag) ?? `encoding ${tag}`}; ${convert}`);
  }
  if (channels === 0 || rate === 0) throw new DataError(`${file} says ${channels} channels at ${rate} Hz; ${convert}`);
  const width = Math.ceil(bits / 8);
  const widths = tag === 3 ? [4, 8] : [1, 2, 3, 4];
  if (!widths.includes(width) || block !== width * channels) {
    throw new DataError(
      `${file} has ${bits} bits a sample, ${block} bytes for ${channels} channels; PCM of 8 to 32 bits and float of 32 or 64 are read: ${convert}`,
    );
  }
  return { float: tag === 3, width, channels, rate };
}

/**
 * The data. Programs that write into a pipe can't know the size: they leave 0 or something near the largest number, and the data
 * go on to the file's end.
 */
function dataChunk(
  view: DataView,
  { start, size, riffSize, wide }: { start: number; size: number; riffSize: number; wide: boolean },
  file: string,
): DataView {
  const rest = view.byteLength - start;
  const unknown = !wide && (size >= 0x7fff0000 || (size === 0 && (riffSize <= start || riffSize >= 0x7fff0000)));
  if (!unknown && size > rest) {
    throw new DataError(`${file} is cut off: its data should have ${size} bytes, ${rest} are there; copy it again`);
  }
  return new DataView(view.buffer, view.byteOffset + start, unknown ? Math.min(rest, size || rest) : size);
}

function samples(data: DataView, format: WavFormat, steps: number, channel: number): PcmValues {
  const { width, channels, float } = format;
  const sample = sampleReader(data, format);
  const isFine = float ? width === 8 : width === 4; // finer than float32
  const values = width <= 2 && !float ? new Int16Array(steps) : new (isFine ? Float64Array : Float32Array)(steps);
  for (let t = 0; t < steps; t++) values[t] = sample((t * channels + channel) * width);
  return values;
}

/** A sample at a place in counts of 16 bits. Depths between whole bytes stand in the upper bits, so the bytes decide. */
function sampleReader(data: DataView, { float, width }: WavFormat): (at: number) => number {
  if (float) return width === 4 ? (at) => data.getFloat32(at, true) * 32768 : (at) => data.getFloat64(at, true) * 32768;
  if (width === 1) return (at) => (data.getUint8(at) - 128) * 256;
  if (width === 2) return (at) => data.getInt16(at, true);
  if (width === 3) return (at) => (data.getInt16(at + 1, true) * 256 + data.getUint8(at)) / 256;
  return (at) => data.getInt32(at, true) / 65536;
}
