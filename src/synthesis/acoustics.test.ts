import { describe, expect, it } from 'vitest';
import { Fourier } from '../features/index.js';
import { Random, sin } from '../math/index.js';
import {
  addNoise,
  atLevel,
  colouredNoise,
  energyOf,
  inRoom,
  scaledSpeaker,
  soundRate,
  throughMicrophone,
  trimmed,
} from './acoustics.js';
import { renderClip, renderNoise } from './render.js';

const tone = (hertz: number, seconds: number, amplitude = 8000) =>
  Float64Array.from(
    { length: Math.round(seconds * soundRate) },
    (_, i) => amplitude * sin((2 * Math.PI * hertz * i) / soundRate),
  );

/** The frequency of the strongest bin of the first 2048 samples. */
function loudest(sound: Float64Array): number {
  const power = new Float64Array(1025);
  new Fourier(2048).power(sound.subarray(0, 2048), power);
  return (power.indexOf(power.reduce((a, b) => Math.max(a, b))) * soundRate) / 2048;
}

describe('acoustics', () => {
  it('cuts silence off both ends and nothing else', () => {
    const speech = tone(300, 0.5);
    const padded = new Float64Array(3 * soundRate);
    padded.set(speech, soundRate);
    const cut = trimmed(padded);
    expect(cut.length).toBeGreaterThanOrEqual(speech.length);
    expect(cut.length).toBeLessThanOrEqual(speech.length + 0.08 * soundRate);
    expect(energyOf(cut) * cut.length).toBeCloseTo(energyOf(speech) * speech.length, -3);
  });

  it('a smaller speaker is higher and faster by the factor', () => {
    const sound = tone(1000, 1);
    const small = scaledSpeaker(sound, 1.2);
    expect(Math.abs(small.length - sound.length / 1.2)).toBeLessThan(2);
    expect(Math.abs(loudest(small) - 1200)).toBeLessThan(8); // a bin
  });

  it('noise lies as far below the speech as it was told', () => {
    const noise = colouredNoise(soundRate, new Random(3));
    expect(energyOf(noise)).toBeCloseTo(1, 9);
    const sound = new Float64Array(soundRate);
    addNoise(sound, noise, 4e6, 20);
    expect(energyOf(sound)).toBeCloseTo(4e4, 4);
  });

  it('a room adds what comes later, and nothing before', () => {
    const click = new Float64Array(soundRate);
    click[4000] = 1000;
    const heard = inRoom(click, new Random(5));
    expect(heard.subarray(0, 4000).every((value) => value === 0)).toBe(true);
    expect(heard[4000]).toBe(1000);
    const early = energyOf(heard.subarray(4032, 4032 + 800));
    const late = energyOf(heard.subarray(4032 + 8000, 4032 + 8800));
    expect(early).toBeGreaterThan(0);
    expect(late).toBeLessThan(early / 10);
  });

  it('a microphone changes tones by 18 dB at most and stays stable', () => {
    for (let seed = 0; seed < 20; seed++) {
      const sound = tone(800, 1);
      const ratio = energyOf(throughMicrophone(sound, new Random(seed))) / energyOf(sound);
      expect(Math.abs(10 * Math.log10(ratio))).toBeLessThan(20);
    }
  });

  it('clips are of one length, at a level within 30 dB of full scale, a function of the seed', () => {
    const surroundings = { others: [tone(500, 0.4)], noises: [colouredNoise(48_000, new Random(1))] };
    const render = (seed: number) => renderClip(tone(300, 0.6), 26_080, new Random(seed), surroundings);
    for (let seed = 0; seed < 10; seed++) {
      const clip = render(seed);
      const largest = clip.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(clip.length).toBe(26_080);
      expect(largest).toBeGreaterThan(32_767 / 32);
      expect(largest).toBeLessThanOrEqual(32_767);
    }
    expect(render(1)).toEqual(render(1));
    expect(render(1)).not.toEqual(render(2));
    expect(atLevel(renderNoise(1000, new Random(1), surroundings), 6).length).toBe(1000);
  });
});
