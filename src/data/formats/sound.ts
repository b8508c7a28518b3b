import { resample } from '../../features/index.js';
import { DataError } from '../errors.js';
import { titleOf, type Recording } from '../recording.js';
import { soundFrames, soundRate } from '../sound/features.js';

/**
 * A sound as its log mel energies: 32 channels, 100 steps a second. Other rates than 16 kHz are resampled first.
 *
 * @throws DataError where the sound has more than one channel, no rate, or one in no simple ratio to 16 kHz
 */
export function toLogMel(recording: Recording): Recording {
  if (recording.channelNames.length !== 1) {
    throw new DataError(
      `${titleOf(recording)} has ${recording.channelNames.length} channels; log mel energies are taken of one: name it in data.channels`,
    );
  }
  if (recording.rate === undefined) {
    throw new DataError(`${titleOf(recording)} has no rate; log mel energies need one: give sounds as WAV`);
  }
  return { ...recording, ...soundFrames(atRate(recording, recording.rate, soundRate)) };
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
