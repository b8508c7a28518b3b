import { DataError } from '../errors.js';
import type { Recording } from '../recording.js';
import type { Pcm, PcmValues } from './pcm.js';

/**
 * A decoded sound as a recording of one channel: the one that is named (`channel 1`, `channel 2`, …), without a name the mean of all.
 *
 * @param wanted the names that `data.channels` gives
 * @throws DataError where there are no samples, or no such channel
 */
export function soundRecording({ rate, channels }: Pcm, file: string, wanted?: readonly string[]): Recording {
  const steps = channels[0]?.length ?? 0;
  if (steps === 0) throw new DataError(`${file} holds no samples; remove it or record it again`);
  const channel = chosenChannel(channels.length, wanted, file);
  return {
    file,
    channelNames: [channel === undefined ? 'sound' : `channel ${channel + 1}`],
    units: [''],
    steps,
    values: channel === undefined ? meanOf(channels) : inSingle(channels[channel]),
    rate,
  };
}

function chosenChannel(channels: number, wanted: readonly string[] | undefined, file: string): number | undefined {
  if (wanted === undefined || wanted.length === 0 || (wanted.length === 1 && wanted[0] === 'sound')) return undefined;
  const number = wanted.length === 1 ? Number(/^channel (\d+)$/.exec(wanted[0]!)?.[1]) : NaN;
  if (number >= 1 && number <= channels) return number - 1;
  const names = Array.from({ length: channels }, (_, i) => `"channel ${i + 1}"`).slice(0, 8);
  throw new DataError(
    `${file} has no ${wanted.map((name) => JSON.stringify(name)).join(', ')}; a sound has one channel: name one of ${names.join(', ')}, or none for their mean`,
  );
}

function meanOf(channels: readonly PcmValues[]): PcmValues {
  if (channels.length === 1) return inSingle(channels[0]);
  const mean = new Float32Array(channels[0].length);
  for (let t = 0; t < mean.length; t++) {
    let sum = 0;
    for (const values of channels) sum += values[t];
    mean[t] = sum / channels.length;
  }
  return mean;
}

/** A mean needs the finest numbers that there are; a sound that is kept doesn't. */
function inSingle(values: PcmValues): PcmValues {
  return values instanceof Float64Array ? Float32Array.from(values) : values;
}
