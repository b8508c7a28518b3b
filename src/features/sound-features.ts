import { soundLengths, soundSettings, type SoundSettings } from '../recipe/light.js';
import { IntegerSoundStream } from './integer/integer-stream.js';
import { integerLsb, integerSound } from './integer/settings.js';
import { SoundStream } from './sound-stream.js';

/**
 * The features of a sound, by default as appendix B of the paper has them: the natural logarithms of the energies in 32 mel
 * bands, which python_speech_features calls `logfbank(x, 16000, 0.025, 0.01, nfilt=32, nfft=512, preemph=0)`. For many sounds
 * `soundExtractor` makes its tables once.
 *
 * @param sound samples at the settings' rate, in counts of 16 bits
 * @returns [soundFrames(samples)][channels]
 */
export function soundFeatures(sound: ArrayLike<number>, settings: SoundSettings = soundSettings()): Float32Array {
  return soundExtractor(settings)(sound);
}

/** A function that gives the features of one sound after the other, as `soundFeatures` does. */
export function soundExtractor(settings: SoundSettings): (sound: ArrayLike<number>) => Float32Array {
  if (settings.arithmetic === 'integer') return integerExtractor(settings);
  let result = new Float32Array();
  let at = 0;
  const stream = new SoundStream(settings, (frame) => {
    result.set(frame, at);
    at += frame.length;
  });
  return (sound) => {
    result = new Float32Array(soundFrames(sound.length, settings) * stream.channels);
    at = 0;
    stream.push(sound);
    stream.end();
    return result;
  };
}

/** The same in integer arithmetic, of sounds rounded to 16 bits: counts times `integerLsb`. */
function integerExtractor(settings: SoundSettings): (sound: ArrayLike<number>) => Float32Array {
  const lsb = integerLsb(settings);
  let result = new Float32Array();
  let at = 0;
  const stream = new IntegerSoundStream(integerSound(settings, lsb), (frame) => {
    for (let c = 0; c < frame.length; c++) result[at++] = frame[c]! * lsb;
  });
  return (sound) => {
    result = new Float32Array(soundFrames(sound.length, settings) * stream.channels);
    at = 0;
    stream.push(sound instanceof Int16Array ? sound : Int16Array.from(sound, toCount));
    stream.end();
    return result;
  };
}

/** The nearest of 16 bits, halves up. */
function toCount(sample: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(sample)));
}

/** Frames that a sound of so many samples has: the last window is filled up with zeros, and there is one at least. */
export function soundFrames(samples: number, settings: SoundSettings): number {
  const { window, hop } = soundLengths(settings);
  return samples <= window ? 1 : 1 + Math.ceil((samples - window) / hop);
}

/** The names and units of a frame's values. */
export function soundChannels({ kind, filters, deltas, mfcc }: SoundSettings): {
  readonly names: readonly string[];
  readonly units: readonly string[];
} {
  const base = mfcc
    ? Array.from({ length: mfcc.coefficients }, (_, n) => `mfcc ${n}`)
    : Array.from({ length: filters }, (_, f) => `${kind === 'pcen' ? 'pcen' : 'mel'} ${f + 1}`);
  const unit = kind === 'logMel' ? 'ln' : '';
  const orders = ['', 'delta ', 'delta delta '].slice(0, 1 + deltas);
  return {
    names: orders.flatMap((order) => base.map((name) => order + name)),
    units: orders.flatMap((order) => base.map(() => (order === '' || unit === '' ? unit : `${unit} a frame`))),
  };
}
