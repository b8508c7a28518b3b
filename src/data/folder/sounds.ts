import { DataError } from '../errors.js';
import { resampled } from '../formats/sound.js';
import { titleOf, type Recording, type RecordedValues } from '../recording.js';
import type { DataSettings } from '../source.js';
import type { LabelSpan } from './label-file.js';

/**
 * What becomes of one sound of a folder: each of its spans is cut out as a recording of its class, brought to the stated length, and
 * made into frames.
 *
 * @param toFeatures makes frames; undefined to keep samples
 * @param spans of this sound, where a file of labels divides it; undefined to take it whole
 */
export function soundRecordings(
  sound: Recording,
  settings: DataSettings,
  toFeatures: ((sound: Recording) => Recording) | undefined,
  spans: readonly LabelSpan[] | undefined,
): Recording[] {
  const { clipSeconds, clipAt = 'start' } = settings;
  const parts = spans ? spans.map((span) => cutSpan(sound, span)) : [sound];
  return parts.map((part) => {
    const clip = clipSeconds === undefined ? part : toLength(part, clipSeconds, clipAt);
    if (toFeatures) return toFeatures(clip);
    return settings.rate === undefined ? clip : resampled(clip, settings.rate);
  });
}

function cutSpan(sound: Recording, { start, end, label }: LabelSpan): Recording {
  const { steps, values, rate = 1 } = sound;
  const [from, to] = [Math.max(0, Math.round(start * rate)), Math.min(steps, Math.round(end * rate))];
  if (from >= to) {
    throw new DataError(
      `${titleOf(sound)} lasts ${(steps / rate).toPrecision(4)} s, but "${label}" is said to stand at ${start} s; correct the file of labels`,
    );
  }
  const name = Number.isFinite(end) ? `${start} to ${end} s` : undefined;
  return { ...sound, name, steps: to - from, values: values.subarray(from, to), label };
}

/** A sound of that length: its beginning, middle or loudest stretch, or with silence before and after it. */
function toLength(sound: Recording, seconds: number, at: NonNullable<DataSettings['clipAt']>): Recording {
  const { steps, values, rate = 1 } = sound;
  const length = Math.max(1, Math.round(seconds * rate));
  if (length === steps) return sound;
  if (length < steps) {
    const start = at === 'start' ? 0 : at === 'middle' ? (steps - length) >> 1 : loudestStart(values, length);
    return { ...sound, steps: length, values: values.subarray(start, start + length) };
  }
  const filled = values instanceof Int16Array ? new Int16Array(length) : new Float32Array(length);
  filled.set(values, at === 'start' ? 0 : (length - steps) >> 1);
  return { ...sound, steps: length, values: filled };
}

/** Where the stretch of most energy begins; of several the first. */
function loudestStart(values: RecordedValues, length: number): number {
  let energy = 0;
  for (let i = 0; i < length; i++) energy += values[i] ** 2;
  let [best, most] = [0, energy];
  for (let start = 1; start + length <= values.length; start++) {
    energy += values[start + length - 1] ** 2 - values[start - 1] ** 2;
    if (energy > most) [best, most] = [start, energy];
  }
  return best;
}
