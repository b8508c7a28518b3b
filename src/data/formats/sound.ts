import { resample, type SoundSettings } from '../../features/index.js';
import { DataError } from '../errors.js';
import { titleOf, type Recording } from '../recording.js';
import { frameMaker } from '../sound/features.js';

/**
 * A function that makes features of a sound: a step a frame. Sounds of other rates than the settings' are resampled first.
 *
 * @throws DataError where the settings make no filters; the function, where a sound has more than one channel, no rate, or one
 * in no simple ratio to the settings'
 */
export function featuresOfSound(settings: SoundSettings): (recording: Recording) => Recording {
  const framesOf = frameMaker(settings);
  return (recording) => {
    if (recording.channelNames.length !== 1) {
      throw new DataError(
        `${titleOf(recording)} has ${recording.channelNames.length} channels; features are made of one: name it in data.channels`,
      );
    }
    if (recording.rate === undefined) {
      throw new DataError(`${titleOf(recording)} has no rate; features of sound need one: give sounds as WAV`);
    }
    return { ...recording, ...framesOf(atRate(recording, recording.rate, settings.rate)) };
  };
}

/**
 * A sound at another rate, by a filter that removes what the lower rate can't hold.
 *
 * @throws DataError where the rates are in no simple ratio
 */
export function resampled(recording: Recording, rate: number): Recording {
  const { rate: from = rate } = recording;
  const values = Float32Array.from(atRate(recording, from, rate));
  return from === rate ? recording : { ...recording, rate, steps: values.length, values };
}

function atRate(recording: Recording, from: number, to: number): ArrayLike<number> {
  if (from === to) return recording.values;
  try {
    return resample(recording.values, from, to);
  } catch (error) {
    if (error instanceof RangeError) throw new DataError(`${titleOf(recording)}: ${error.message}`, { cause: error });
    throw error;
  }
}
