import { joinPath, kindOf, readFile, sha256 } from '#platform';
import type { Tell } from '../../cache/cache.js';
import { DataError } from '../../errors.js';
import { cachedClips, readClipArchive } from '../../sound/archives.js';
import { clipsOf, joinClips, type NamedSound, type SoundClips } from '../../sound/clips.js';
import { decodeOpus } from '../../sound/opus.js';
import { clipSamples, type SpeechLayout, type SpeechPart } from './layout.js';
import type { NoiseRecording } from './silence.js';
import { commands, silence, unknown } from './words.js';

/**
 * The layout of a folder of tar archives, one a class: `train/<class>.tar`, `validation/<class>.tar`, `test/<class>.tar` of FLAC files,
 * `background_noise.tar`, and `train-opus/<class>.opus` with `index.tsv`, more clips for training, joined to one Ogg Opus stream a class.
 */
export const packedLayout: SpeechLayout = {
  isThere: async (folder) => (await kindOf(joinPath(folder, 'test', 'yes.tar'))) === 'file',
  describe: (_folder, { subset }) =>
    subset === 'all' ? 'v0.01 training set, part of it Opus-coded' : 'v0.01 training set, the lossless part',
  classes: ['google12'],
  fingerprint: async (folder, parts, { subset }) => {
    const names = [
      'background_noise.tar',
      ...parts.flatMap((part) => classesOf(part).map((name) => `${part}/${name}.tar`)),
      ...(parts.includes('train') && subset === 'all'
        ? ['train-opus/index.tsv', ...classesOf('train').map((name) => `train-opus/${name}.opus`)]
        : []),
    ];
    const files: Record<string, string> = {};
    for (const name of names) files[name] = await sha256(await readFile(joinPath(folder, name)));
    return { files };
  },
  clips: async (folder, part, { subset }, tell) => {
    const archives: SoundClips[] = [];
    for (const className of classesOf(part)) {
      archives.push(await readClipArchive(joinPath(folder, part, `${className}.tar`), clipSamples, nameInTar, tell));
      if (part === 'train' && subset === 'all') archives.push(await opusClips(folder, className, tell));
    }
    return joinClips(archives, clipSamples);
  },
  noise: async (folder, tell) => {
    const path = joinPath(folder, 'background_noise.tar');
    const longest = 16_000 * 120;
    const { length, count, samples, names } = await readClipArchive(path, longest, nameInTar, tell);
    return Array.from({ length: count }, (_, i): NoiseRecording => {
      const padded = samples.subarray(i * length, (i + 1) * length);
      const last = padded.findLastIndex((sample) => sample !== 0); // what was filled up is taken off
      return { name: names[i].replace(/^.*\/|\.flac$/g, ''), samples: padded.subarray(0, last + 1) };
    });
  },
};

function classesOf(part: SpeechPart): string[] {
  return [...commands, unknown, ...(part === 'test' ? [silence] : [])];
}

/** `<class>/<speaker>_nohash_<n>.flac`, where words are mixed `<class>/<word>_<speaker>_nohash_<n>.flac`. */
function nameInTar(name: string): { word: string; speaker: string } {
  const match = /^([^/]+)\/(?:([a-z]+)_)?([0-9a-f]{8})_nohash_\d+\.flac$/.exec(name);
  if (match) return { word: match[2] ?? match[1], speaker: match[3] };
  return { word: silence, speaker: 'noise' };
}

/** Where a clip stands in a stream, as `index.tsv` says it. */
interface IndexRow {
  readonly className: string;
  readonly word: string;
  readonly speaker: string;
  readonly n: string;
  readonly start: number;
  readonly length: number;
  /** The mean that was taken off before coding, in counts of 16 bits. */
  readonly dc: number;
}

async function opusClips(folder: string, className: string, tell: Tell): Promise<SoundClips> {
  const path = joinPath(folder, 'train-opus', `${className}.opus`);
  const index = joinPath(folder, 'train-opus', 'index.tsv');
  const [bytes, table] = await Promise.all([readFile(path), readFile(index)]);
  const key = { opus: await sha256(bytes), index: await sha256(table), length: clipSamples };
  return cachedClips(key, tell, async () => {
    tell(`decoding ${path}`);
    const rows = parseIndex(table, index).filter((row) => row.className === className);
    const { channels } = await decodeOpus(bytes, path);
    const [stream] = channels;
    const sounds = rows.map(({ word, speaker, n, start, length, dc }): NamedSound => {
      if (start + length > stream.length) {
        throw new DataError(`${path} ends before sample ${start + length}, which ${index} names; fetch both again`);
      }
      return { name: `${word}/${speaker}_nohash_${n}`, word, speaker, sound: withMean(stream, start, length, dc) };
    });
    return clipsOf(sounds, clipSamples);
  });
}

function withMean(stream: ArrayLike<number>, start: number, length: number, dc: number): Float32Array {
  const sound = new Float32Array(length);
  for (let i = 0; i < length; i++) sound[i] = stream[start + i] + dc;
  return sound;
}

const columns = 'class\tword\tspeaker\tn\tstart\tlength\tdc\tv02';

function parseIndex(bytes: Uint8Array, file: string): IndexRow[] {
  const [head, ...lines] = new TextDecoder().decode(bytes).trim().split(/\r?\n/);
  if (head !== columns) throw new DataError(`${file} must begin with the line ${JSON.stringify(columns)}`);
  return lines.map((line, i) => {
    const [className, word, speaker, n, ...numbers] = line.split('\t');
    const [start, length, dc] = numbers.map(Number);
    const right = numbers.length === 4 && [start, length, dc].every(Number.isInteger) && start >= 0 && length > 0;
    if (!right || length > clipSamples) throw new DataError(`${file}, line ${i + 2}: "${line}" is no row of ${head}`);
    return { className, word, speaker, n, start, length, dc };
  });
}
