import type { Random } from '../math/index.js';
import {
  addNoise,
  atLevel,
  colouredNoise,
  energyOf,
  inRoom,
  scaledSpeaker,
  soundRate,
  throughMicrophone,
} from './acoustics.js';

/** What a clip is made of besides the speech. */
export interface Surroundings {
  /** Other speech, which may be heard before; sounds at 16 kHz. */
  readonly others: readonly Float64Array[];
  /** Recordings of noise, of which a piece may lie under the speech; none for made noise alone. */
  readonly noises: readonly Float64Array[];
}

/**
 * A clip of `samples` samples: the speech by a speaker of another size, in a room, somewhere in the clip (what is longer than it is cut at
 * random), perhaps after other speech, over noise 3 to 45 dB below it, through another microphone, at another level.
 *
 * @returns samples at 16 kHz in counts of 16 bits
 */
export function renderClip(
  speech: Float64Array,
  samples: number,
  random: Random,
  surroundings: Surroundings,
): Float64Array {
  const said = scaledSpeaker(speech, 0.84 + 0.36 * random.uniform());
  const clip = new Float64Array(samples);
  const energy = energyOf(said);
  const room = samples - said.length;
  const start = Math.round(room * random.uniform());
  place(clip, said, start);
  if (random.uniform() < 0.25 && surroundings.others.length > 0) {
    const before = surroundings.others[random.below(surroundings.others.length)];
    const gap = Math.round(soundRate * (0.08 + 0.2 * random.uniform()));
    place(clip, before, start - gap - before.length, Math.sqrt(energy / Math.max(1e-9, energyOf(before))));
  }
  return heard(clip, energy, random, surroundings);
}

/** A clip without speech: noise alone, or nearly nothing. */
export function renderNoise(samples: number, random: Random, surroundings: Surroundings): Float64Array {
  return heard(new Float64Array(samples), 1e4, random, surroundings);
}

function heard(clip: Float64Array, energy: number, random: Random, { noises }: Surroundings): Float64Array {
  const sound = random.uniform() < 0.5 ? inRoom(clip, random) : clip;
  const decibels = 3 + 42 * random.uniform();
  addNoise(sound, noiseFor(clip.length, random, noises), energy, decibels);
  return atLevel(random.uniform() < 0.8 ? throughMicrophone(sound, random) : sound, 1 + 29 * random.uniform());
}

function noiseFor(samples: number, random: Random, noises: readonly Float64Array[]): Float64Array {
  if (noises.length === 0 || random.uniform() < 0.4) return colouredNoise(samples, random);
  const noise = noises[random.below(noises.length)];
  const start = random.below(Math.max(1, noise.length - samples));
  return noise.subarray(start, start + samples);
}

/** Adds a sound, `start` samples from the beginning (below zero: its own beginning is cut). */
function place(clip: Float64Array, sound: Float64Array, start: number, gain = 1): void {
  const first = Math.max(0, start);
  const last = Math.min(clip.length, start + sound.length);
  for (let i = first; i < last; i++) clip[i] += gain * sound[i - start];
}
