import { DataError } from '../errors.js';
import { titleOf, type Recording, type RecordedValues } from '../recording.js';
import type { Missing } from './format.js';

/**
 * A recording all of whose values are numbers: what is NaN or infinite is refused, filled or dropped.
 *
 * @throws DataError that names the first such value, or a recording in which none is left
 */
export function complete(recording: Recording, missing: Missing = 'error'): Recording {
  const { values, steps, channelNames } = recording;
  const channels = channelNames.length;
  const first = values.findIndex((value: number) => !Number.isFinite(value));
  if (first === -1) return recording;
  if (missing === 'error') {
    throw new DataError(
      `${titleOf(recording)}: step ${Math.floor(first / channels) + 1}, ${channelNames[first % channels]} is ${values[first]}; ` +
        'correct it, or set data.missing to hold (the value before it) or drop (without that step)',
    );
  }
  if (missing === 'drop') {
    const kept: number[] = [];
    for (let t = 0; t < steps; t++) {
      if (values.subarray(t * channels, (t + 1) * channels).every((value: number) => Number.isFinite(value)))
        kept.push(t);
    }
    if (kept.length === 0)
      throw new DataError(`${titleOf(recording)}: every step misses a value; remove the recording`);
    return selectSteps(recording, kept);
  }
  return { ...recording, values: held(recording) };
}

function held(recording: Recording): RecordedValues {
  const { values, steps, channelNames } = recording;
  const channels = channelNames.length;
  const result = values.slice();
  for (let c = 0; c < channels; c++) {
    let last = NaN;
    for (let t = 0; t < steps && Number.isNaN(last); t++) {
      const value = result[t * channels + c]!;
      if (Number.isFinite(value)) last = value;
    }
    if (Number.isNaN(last)) {
      throw new DataError(
        `${titleOf(recording)}: ${channelNames[c]} has no value at all; leave the channel or the recording out`,
      );
    }
    for (let i = c; i < result.length; i += channels) {
      if (Number.isFinite(result[i])) last = result[i]!;
      else result[i] = last;
    }
  }
  return result;
}

/** The steps of a recording whose indices are given, in that order, with everything that belongs to them. */
function selectSteps(recording: Recording, kept: readonly number[]): Recording {
  const { values, channelNames, time, stepLabels, targets } = recording;
  return {
    ...recording,
    steps: kept.length,
    values: pickRows(values, channelNames.length, kept),
    time: time && pickRows(time, 1, kept),
    stepLabels: stepLabels && { ...stepLabels, indices: pickRows(stepLabels.indices, 1, kept) },
    targets:
      targets?.every === 'step'
        ? { ...targets, values: pickRows(targets.values, targets.names.length, kept) }
        : targets,
  };
}

function pickRows<Values extends RecordedValues | Int32Array>(
  values: Values,
  width: number,
  rows: readonly number[],
): Values {
  const result = values.slice(0, rows.length * width) as Values;
  rows.forEach((row, i) => result.set(values.subarray(row * width, (row + 1) * width), i * width));
  return result;
}
