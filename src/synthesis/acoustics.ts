import { resample } from '../features/index.js';
import { cos, exp, ln, type Random } from '../math/index.js';

/** Sounds here are samples at 16 kHz in counts of 16 bits. */
export const soundRate = 16_000;

/** Speech without the silence around it: from the first 10 ms that are within 40 dB of the loudest to the last, and 30 ms on either side. */
export function trimmed(sound: Float64Array): Float64Array {
  const hop = soundRate / 100;
  const energies = Array.from({ length: Math.ceil(sound.length / hop) }, (_, t) =>
    energyOf(sound.subarray(t * hop, (t + 1) * hop)),
  );
  const least = Math.max(...energies) * 1e-4;
  const first = energies.findIndex((energy) => energy > least);
  const last = energies.findLastIndex((energy) => energy > least);
  return sound.slice(Math.max(0, (first - 3) * hop), (last + 4) * hop);
}

/** The mean square of samples. */
export function energyOf(sound: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < sound.length; i++) sum += sound[i]! * sound[i]!;
  return sum / Math.max(1, sound.length);
}

/** The sound of a smaller (above 1) or larger speaker who speaks faster or slower: all frequencies times `factor`. */
export function scaledSpeaker(sound: Float64Array, factor: number): Float64Array {
  const from = 200 * Math.round((soundRate * factor) / 200);
  return from === soundRate ? sound : resample(sound, from, soundRate);
}

/** A room: the direct sound and sixty reflections at random times that die away by 60 dB within 0.1 to 0.6 seconds. */
export function inRoom(sound: Float64Array, random: Random): Float64Array {
  const decay = 0.1 + 0.5 * random.uniform();
  const strength = 0.05 + 0.45 * random.uniform();
  const result = Float64Array.from(sound);
  const reflections = 60;
  const energy = strength / Math.sqrt(reflections / 6);
  for (let r = 0; r < reflections; r++) {
    const seconds = 0.002 + decay * 0.7 * random.uniform();
    const gain = energy * exp((-6.9 * seconds) / decay) * random.normal() * 2;
    const delay = Math.round(seconds * soundRate);
    for (let i = delay; i < result.length; i++) result[i] += gain * sound[i - delay];
  }
  return result;
}

/**
 * Another microphone: a peak or a hollow at each of two frequencies and a first-order high pass somewhere below 300 Hz (the
 * biquads of the audio EQ cookbook).
 */
export function throughMicrophone(sound: Float64Array, random: Random): Float64Array {
  let heard = sound;
  for (const [low, high] of [
    [250, 1500],
    [1500, 7000],
  ]) {
    heard = peaking(heard, low * power(high / low, random.uniform()), 9 * (2 * random.uniform() - 1));
  }
  return highPass(heard, 20 + 280 * random.uniform() * random.uniform());
}

function power(base: number, exponent: number): number {
  return exp(exponent * ln(base));
}

function peaking(sound: Float64Array, hertz: number, decibels: number): Float64Array {
  const amplitude = power(10, decibels / 40);
  const angle = (2 * Math.PI * hertz) / soundRate;
  const cosine = cos(angle);
  const alpha = Math.sqrt(1 - cosine * cosine) / 1.4; // quality 0.7: about two octaves wide
  const scale = 1 / (1 + alpha / amplitude);
  const [b0, b2] = [(1 + alpha * amplitude) * scale, (1 - alpha * amplitude) * scale];
  const [b1, a2] = [-2 * cosine * scale, (1 - alpha / amplitude) * scale];
  const result = new Float64Array(sound.length);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < sound.length; i++) {
    const x = sound[i];
    const y = b0 * x + b1 * x1 + b2 * x2 - b1 * y1 - a2 * y2;
    result[i] = y;
    [x2, x1, y2, y1] = [x1, x, y1, y];
  }
  return result;
}

function highPass(sound: Float64Array, hertz: number): Float64Array {
  const keep = exp((-2 * Math.PI * hertz) / soundRate);
  const result = new Float64Array(sound.length);
  let [before, y] = [0, 0];
  for (let i = 0; i < sound.length; i++) {
    y = keep * (y + sound[i] - before);
    before = sound[i];
    result[i] = y;
  }
  return result;
}

/** Noise of mean square 1 whose spectrum falls by 0 to 6 dB an octave: white noise and its leaky sum, in a random mixture. */
export function colouredNoise(length: number, random: Random): Float64Array {
  const mixture = random.uniform();
  const keep = 0.9 + 0.099 * random.uniform();
  const result = new Float64Array(length);
  let state = 0;
  for (let i = 0; i < length; i++) {
    const white = random.normal();
    state = keep * state + white;
    result[i] = mixture * white + (1 - mixture) * state;
  }
  const scale = 1 / Math.sqrt(Math.max(1e-12, energyOf(result)));
  return result.map((value) => value * scale);
}

/** Adds noise so that it lies `decibels` below the speech. */
export function addNoise(sound: Float64Array, noise: Float64Array, speechEnergy: number, decibels: number): void {
  const gain = Math.sqrt(speechEnergy / Math.max(1e-12, energyOf(noise))) * power(10, -decibels / 20);
  for (let i = 0; i < sound.length; i++) sound[i] += gain * noise[i % noise.length];
}

/** Multiplied so that its largest sample lies `decibels` below full scale. */
export function atLevel(sound: Float64Array, decibels: number): Float64Array {
  const largest = sound.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  const gain = (32_767 * power(10, -decibels / 20)) / largest;
  return sound.map((value) => value * gain);
}
