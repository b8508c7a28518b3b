import { logMel, logMelFrames, logMelSettings } from '../../features/index.js';

/** A sound as the frames that a network reads. */
export interface SoundFrames {
  /** [channels] */
  readonly channelNames: readonly string[];
  /** [channels] */
  readonly units: readonly string[];
  readonly steps: number;
  /** [steps][channels] */
  readonly values: Float64Array;
  /** Frames a second. */
  readonly rate: number;
}

/** Samples a second of the sounds that `soundFrames` takes. */
export const soundRate = logMelSettings.rate;

/** All that frames depend on beside the sound itself: a part of the cache's keys. */
export const soundFeatureKey: object = { kind: 'logMel', ...logMelSettings };

/**
 * The one way from decoded sound to frames: 32 log mel energies each 10 ms.
 *
 * @param sound samples at `soundRate`, in counts of 16 bits
 */
export function soundFrames(sound: ArrayLike<number>): SoundFrames {
  const { rate, filters, hop } = logMelSettings;
  const channelNames = Array.from({ length: filters }, (_, f) => `mel ${f + 1}`);
  return {
    channelNames,
    units: channelNames.map(() => 'ln'),
    steps: logMelFrames(sound.length),
    values: logMel(sound),
    rate: rate / hop,
  };
}
