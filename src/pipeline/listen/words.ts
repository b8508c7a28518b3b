import type { Sequences } from '../../data/index.js';
import type { Spoken, SpokenTrack } from '../../detector/index.js';
import { framesOf } from '../../integer/index.js';
import { Random } from '../../math/index.js';
import type { StreamEar, StreamFrames } from './network.js';

/** Frames with the places of words in them. */
export interface WordStream {
  readonly values: StreamFrames;
  readonly words: readonly { readonly word: number; readonly from: number; readonly to: number }[];
}

/** Random streams. */
const placing = 1301;

/**
 * Puts each recording of a wake word into a stream of other sounds: between two of them lie pieces of the others, at least `gap` frames
 * and up to twice as many, each from a random place.
 *
 * @param rows of `sequences`, which are wake words
 * @param others streams without wake words, or nothing: then words follow each other
 * @param gap frames
 */
export function wordStream(
  sequences: Sequences,
  rows: readonly number[],
  others: readonly StreamFrames[],
  gap: number,
  seed: number,
): WordStream {
  const random = new Random(seed, placing);
  const { channels, labels } = sequences;
  const pieces: Int16Array[] = [];
  const words: { word: number; from: number; to: number }[] = [];
  let frame = 0;
  const put = (piece: Int16Array) => {
    pieces.push(piece);
    frame += piece.length / channels;
  };
  const fill = () => {
    if (others.length === 0) return;
    const from = others[random.below(others.length)];
    const frames = Math.min(from.length / channels, gap + random.below(gap + 1));
    const start = random.below(from.length / channels - frames + 1) * channels;
    put(from.subarray(start, start + frames * channels));
  };
  const order = Uint32Array.from(rows);
  random.shuffle(order);
  fill();
  for (const row of order) {
    const from = frame;
    put(framesOf(sequences, row));
    words.push({ word: labels[row], from, to: frame });
    fill();
  }
  return { values: joined(pieces), words };
}

/** Pieces one behind the other. */
export function joined(pieces: readonly StreamFrames[]): StreamFrames {
  const values = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    values.set(piece, at);
    at += piece.length;
  }
  return values;
}

/**
 * The track of such a stream: a word is right from its recording's beginning until `late` frames behind its end, or until the next one
 * begins.
 */
export function spokenTrack(ear: StreamEar, { values, words }: WordStream, late: number): SpokenTrack {
  const track = ear.hear(values);
  const pushes = track.scores.length;
  const spoken: Spoken[] = words.map(({ word, from, to }, k) => {
    const next = words[k + 1]?.from ?? Infinity;
    const end = Math.min(to + late, next);
    return {
      word,
      from: Math.min(pushes, ear.pushAt(ear.stepAt(from))),
      to: Math.min(pushes, ear.pushAt(ear.stepAt(end))),
    };
  });
  return { track, spoken };
}
