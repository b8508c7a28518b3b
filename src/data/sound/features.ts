import { soundChannels, soundExtractor, type SoundSettings } from '../../features/index.js';
import { DataError } from '../errors.js';

/** A sound as the frames that a network reads. */
export interface SoundFrames {
  /** [channels] */
  readonly channelNames: readonly string[];
  /** [channels] */
  readonly units: readonly string[];
  readonly steps: number;
  /** [steps][channels] */
  readonly values: Float32Array;
  /** Frames a second. */
  readonly rate: number;
}

/**
 * The one way from decoded sound to frames: a function of samples at the settings' rate, in counts of 16 bits.
 *
 * @throws DataError where the settings make no filters
 */
export function frameMaker(settings: SoundSettings): (sound: ArrayLike<number>) => SoundFrames {
  const { names, units } = soundChannels(settings);
  const extract = extractorOf(settings);
  return (sound) => {
    const values = extract(sound);
    return { channelNames: names, units, steps: values.length / names.length, values, rate: 1000 / settings.hop };
  };
}

function extractorOf(settings: SoundSettings): (sound: ArrayLike<number>) => Float32Array {
  try {
    return soundExtractor(settings);
  } catch (error) {
    if (error instanceof RangeError) throw new DataError(`features.sound.${error.message}`, { cause: error });
    throw error;
  }
}
