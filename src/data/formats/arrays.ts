import { DataError } from '../errors.js';
import { numberedChannels, type Recording, type RecordedValues, type RecordingTargets } from '../recording.js';
import type { NpyArray, NpyData } from './npy.js';

/** An array with what messages call it. */
export interface NamedArray {
  readonly name: string;
  readonly array: NpyArray;
}

/** What stands beside the values of several recordings. */
export interface Companions {
  /** [N] whole numbers or texts: classes. [N] other numbers, or [N][K]: targets. [N][T] whole numbers or texts: a class for each step. */
  readonly labels?: NamedArray | undefined;
  /** [N] persons or devices. */
  readonly groups?: NamedArray | undefined;
  /** [N] steps of each recording; what is behind them is padding. */
  readonly lengths?: NamedArray | undefined;
}

/**
 * The recordings that an array means: [T] one of one channel, [T][C] one of C channels, [N][T][C] N of them. Recordings are views of
 * the array. Steps at a recording's end in which every channel is NaN are padding, and left off.
 *
 * @throws DataError where shapes don't fit, or where two dimensions and a label a row could mean two things
 */
export function recordingsOf(values: NamedArray, file: string, companions: Companions = {}): Recording[] {
  const { shape, data } = values.array;
  if (!isNumbers(data)) throw new DataError(`${values.name} holds texts, but the values must be numbers`);
  if (shape.length < 1 || shape.length > 3) {
    throw new DataError(
      `${values.name} has ${shape.length} dimensions; give [steps], [steps][channels] or [recordings][steps][channels]`,
    );
  }
  if (data.length === 0)
    throw new DataError(`${values.name} holds no values (shape ${shape.join(' x ')}); remove it or save it again`);
  const physical = toPhysical(data);
  if (shape.length < 3) return [single(values, physical, file, companions)];

  const [count, steps, channels] = shape as [number, number, number];
  const labels = companions.labels && labelling(companions.labels, count, steps);
  const groups = companions.groups && names(companions.groups, count);
  const lengths = companions.lengths && lengthsOf(companions.lengths, count, steps);
  const channelNames = numberedChannels(channels);
  const units = channelNames.map(() => '');
  return Array.from({ length: count }, (_, i) => {
    const padded = physical.subarray(i * steps * channels, (i + 1) * steps * channels);
    const own = lengths?.[i] ?? withoutPadding(padded, steps, channels);
    const name = `sequence ${i + 1}`;
    if (own === 0) throw new DataError(`${values.name}: ${name} holds no values; remove it`);
    return {
      file,
      name,
      channelNames,
      units,
      steps: own,
      values: padded.subarray(0, own * channels),
      group: groups?.[i],
      ...labels?.(i, own),
    };
  });
}

function single(values: NamedArray, physical: RecordedValues, file: string, companions: Companions): Recording {
  const [steps, channels = 1] = values.array.shape as [number, number?];
  const { labels } = companions;
  if (labels !== undefined) {
    throw new DataError(
      `${labels.name} beside ${values.name} of ${values.array.shape.length} dimensions could mean recordings or steps; save the values as ` +
        '[recordings][steps][channels]: X[:, :, None] for recordings of one channel, X[None] and y[None] for one recording with a label a step',
    );
  }
  const channelNames = numberedChannels(channels);
  return { file, channelNames, units: channelNames.map(() => ''), steps, values: physical };
}

function isNumbers(data: NpyData): data is Exclude<NpyData, string[]> {
  return !Array.isArray(data);
}

/** The same numbers in one of the arrays that recordings have; without a copy where that is possible. */
function toPhysical(data: Exclude<NpyData, string[]>): RecordedValues {
  if (
    data instanceof Float64Array ||
    data instanceof Float32Array ||
    data instanceof Int16Array ||
    data instanceof Uint8Array
  ) {
    return data;
  }
  return data instanceof Int8Array ? Int16Array.from(data) : Float64Array.from(data);
}

function withoutPadding(values: RecordedValues, steps: number, channels: number): number {
  let end = steps * channels;
  while (end > 0 && Number.isNaN(values[end - 1])) end--;
  return Math.ceil(end / channels);
}

function checkCount({ name, array }: NamedArray, count: number): void {
  if (array.shape[0] !== count) {
    throw new DataError(`${name} has ${array.shape[0] ?? 1} entries for ${count} recordings; save one a recording`);
  }
}

function names(companion: NamedArray, count: number): string[] {
  checkCount(companion, count);
  if (companion.array.shape.length !== 1) {
    throw new DataError(
      `${companion.name} has ${companion.array.shape.length} dimensions; save one number or text a recording`,
    );
  }
  return Array.from(companion.array.data as ArrayLike<number | string>, String);
}

function lengthsOf(companion: NamedArray, count: number, steps: number): number[] {
  return names(companion, count).map((text, i) => {
    const length = Number(text);
    if (Number.isInteger(length) && length >= 1 && length <= steps) return length;
    throw new DataError(`${companion.name}: entry ${i + 1} is ${text}; a length is a whole number from 1 to ${steps}`);
  });
}

/** What recording i gets of the labels. */
type Labelling = (i: number, steps: number) => Pick<Recording, 'label' | 'stepLabels' | 'targets'>;

function labelling(companion: NamedArray, count: number, steps: number): Labelling {
  checkCount(companion, count);
  const { data, shape } = companion.array;
  const broken = isNumbers(data) ? data.findIndex((value: number) => !Number.isFinite(value)) : -1;
  if (broken !== -1) {
    throw new DataError(
      `${companion.name}: entry ${broken + 1} is ${data[broken]}; give each recording a label or remove it`,
    );
  }
  const whole = !isNumbers(data) || data.every((value: number) => Number.isInteger(value));
  if (shape.length === 1 && whole) return (i) => ({ label: String(data[i]) });
  if (shape.length === 2 && shape[1] === steps && steps > 1 && whole) return everyStep(data, steps);
  if (shape.length <= 2 && isNumbers(data)) return (i) => ({ targets: targetsOf(data, shape[1] ?? 1, i) });
  throw new DataError(
    `${companion.name} has shape ${shape.join(' x ')}; give [recordings] classes, [recordings][${steps}] classes of steps, or [recordings][values] to be predicted`,
  );
}

/** Classes of steps; whole numbers below zero and empty texts are steps without one. */
function everyStep(data: NpyData, steps: number): Labelling {
  const texts = Array.from(data as ArrayLike<number | string>, String);
  const labelNames = [...new Set(texts)].filter((text) => text !== '' && !text.startsWith('-')).sort(byNumberOrText);
  const places = new Map(labelNames.map((name, i) => [name, i]));
  const indices = Int32Array.from(texts, (text) => places.get(text) ?? -1);
  return (i, own) => ({ stepLabels: { names: labelNames, indices: indices.subarray(i * steps, i * steps + own) } });
}

function byNumberOrText(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (!Number.isNaN(difference) && difference !== 0) return difference;
  return a < b ? -1 : a > b ? 1 : 0;
}

function targetsOf(data: ArrayLike<number>, size: number, i: number): RecordingTargets {
  return {
    names: Array.from({ length: size }, (_, k) => `target ${k + 1}`),
    values: Float64Array.from({ length: size }, (_, k) => data[i * size + k]!),
    every: 'recording',
  };
}
