import { Random } from '../math/index.js';
import { makeDataset, type Dataset } from './dataset.js';
import { DataError } from './errors.js';
import { chooseLsb, quantise } from './lsb.js';
import type { Recorded } from './recorded.js';
import { split, splitStreams } from './splits.js';

/** One sequence in memory: steps of channels, or all values in one array, [steps][channels]. */
export type SequenceArray =
  readonly (readonly number[])[] | readonly number[] | Float32Array | Float64Array | Int16Array;

/** Labelled sequences in memory. Of `labels` and `targets` one is needed. */
export interface SequenceArrays {
  /** Physical values. Sequences may differ in length. */
  readonly sequences: readonly SequenceArray[];
  /** Values a step, where sequences are flat arrays. Default 1. */
  readonly channels?: number;
  /** The class of each sequence: its name, or its index in `classNames`. */
  readonly labels?: readonly (string | number)[] | Int32Array;
  /** For networks with an output at every step: the class of each step, -1 for none. */
  readonly stepLabels?: readonly ArrayLike<number>[];
  /** For sigmoid heads 0 or 1 for each label, for regression the values: [sequences][outputs]. */
  readonly targets?: readonly ArrayLike<number>[];
  /** Which person or device each sequence comes from. */
  readonly groups?: readonly (string | number)[] | Int32Array;
}

/** How arrays become a data set. */
export interface DatasetOptions extends SequenceArrays {
  /** What results call the data. Default `arrays`. */
  readonly name?: string;
  /** [classes], or the names of the outputs. By default the labels' names sorted, or `0`, `1`, … */
  readonly classNames?: readonly string[];
  readonly channelNames?: readonly string[];
  /** The physical unit of each channel, such as `g`. */
  readonly units?: readonly string[];
  /** The physical value of one int16 count, one for all channels or one a channel; the recipe's `data.input.lsb`. Default `auto`. */
  readonly lsb?: 'auto' | number | number[];
  /** The part of the sequences that is kept apart as the test set, from 0 to below 1, or test sequences of their own. Default 0.2. */
  readonly test?: number | SequenceArrays;
  /** How the test part is drawn: of each class alike, or whole groups. Default `random`. */
  readonly testBy?: 'random' | 'group';
}

/**
 * A data set of sequences that are in memory: values become int16 counts, and a part is kept apart for testing. The same
 * arrays and options give the same data set.
 *
 * @throws DataError that names the option, the sequence and the value
 */
export async function datasetFrom(options: DatasetOptions): Promise<Dataset> {
  const { test = 0.2, testBy = 'random', name = 'arrays' } = options;
  if (typeof test === 'number' && !(test >= 0 && test < 1)) {
    throw new DataError(`test: ${test} must be a number from 0 to below 1, or { sequences, labels }`);
  }
  const channels = channelsOf(options);
  const classNames = classNamesOf(options);
  const all = record(options, { channels, classNames, name: 'sequences' });
  const [train, tested] =
    typeof test === 'number'
      ? divide(all, test, testBy)
      : [all, record(test, { channels, classNames, name: 'test.sequences' })];
  const lsb = chooseLsb(options.lsb ?? 'auto', train);
  return makeDataset({
    name,
    classNames,
    channelNames: names('channelNames', options.channelNames, channels, (i) => `channel ${i}`),
    units: names('units', options.units, channels, () => 'as given'),
    lsb,
    train: quantise(train, lsb),
    test: quantise(tested, lsb),
    notes: [typeof test === 'number' ? `test set: ${test} of the sequences, by ${testBy}` : 'test set: as given'],
  });
}

function channelsOf({ sequences, channels }: DatasetOptions): number {
  if (sequences.length === 0) throw new DataError('sequences: there are none; give at least one of each class');
  const [first] = sequences;
  const nested = Array.isArray(first) && Array.isArray(first[0]) ? (first[0] as readonly number[]).length : undefined;
  const found = channels ?? nested ?? 1;
  if (!Number.isInteger(found) || found < 1) {
    throw new DataError(`channels: ${found} must be an integer above 0, the values of one step`);
  }
  return found;
}

function classNamesOf(options: DatasetOptions): readonly string[] {
  const { classNames, labels, stepLabels, targets } = options;
  if (!labels && !stepLabels && !targets) {
    throw new DataError(
      'labels: missing; give the class of each sequence, or targets for sigmoid and regression heads',
    );
  }
  if (classNames) return classNames;
  const known = [...(labels ?? [])];
  if (known.some((label) => typeof label === 'string')) return [...new Set(known.map(String))].sort();
  let largest = -Infinity;
  for (const list of [known.map(Number), ...(stepLabels ?? [])]) {
    for (let i = 0; i < list.length; i++) largest = Math.max(largest, list[i]);
  }
  const outputs = targets ? targets[0].length : 1 + largest;
  return Array.from({ length: outputs }, (_, i) => String(i));
}

/** What all parts of a data set share. */
interface Shape {
  readonly channels: number;
  readonly classNames: readonly string[];
  /** What messages call the sequences. */
  readonly name: string;
}

function record(arrays: SequenceArrays, shape: Shape): Recorded {
  const { sequences, labels, stepLabels, targets, groups } = arrays;
  const { channels, classNames, name } = shape;
  const count = sequences.length;
  for (const [field, list] of Object.entries({ labels, stepLabels, targets, groups })) {
    if (list && list.length !== count) {
      throw new DataError(`${field}: ${list.length} for ${count} sequences; give one for each`);
    }
  }
  const pieces = sequences.map((sequence, i) => flatten(sequence, channels, `${name}[${i}]`));
  const lengths = Uint32Array.from(pieces, (values) => values.length / channels);
  const starts = new Uint32Array(count);
  for (let i = 1; i < count; i++) starts[i] = starts[i - 1] + pieces[i - 1].length;
  return {
    count,
    steps: lengths.reduce((most, length) => Math.max(most, length), 0),
    channels,
    features: channels,
    stepStride: channels,
    pieces,
    starts,
    lengths,
    labels: Int32Array.from({ length: count }, (_, i) => (labels ? labelOf(labels[i], i, classNames) : -1)),
    frameLabels: stepLabels && stepLabelsOf(stepLabels, lengths, classNames),
    targets: targets && targetsOf(targets, classNames),
    groups: groups && groupsOf(groups),
  };
}

function flatten(sequence: SequenceArray, channels: number, name: string): Float64Array | Float32Array | Int16Array {
  if (sequence.length === 0) throw new DataError(`${name}: is empty; a sequence has one step at least`);
  const nested = Array.isArray(sequence) && Array.isArray(sequence[0]);
  if (nested) {
    const steps = sequence as readonly (readonly number[])[];
    const wrong = steps.findIndex((step) => step.length !== channels);
    if (wrong >= 0) {
      throw new DataError(`${name}[${wrong}]: ${steps[wrong].length} values, must be ${channels}, one a channel`);
    }
  } else if (sequence.length % channels !== 0) {
    throw new DataError(
      `${name}: ${sequence.length} values are no whole number of steps of ${channels} channels; set channels, or cut it`,
    );
  }
  const values = ArrayBuffer.isView(sequence) ? sequence : Float64Array.from((sequence as number[]).flat());
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new DataError(
      `${name}: the value at step ${Math.floor(wrong / channels)}, channel ${wrong % channels} is ${values[wrong]}; must be finite`,
    );
  }
  return values;
}

function labelOf(label: string | number, i: number, classNames: readonly string[]): number {
  const index = typeof label === 'string' ? classNames.indexOf(label) : label;
  if (!Number.isInteger(index) || index < 0 || index >= classNames.length) {
    throw new DataError(
      `labels[${i}]: ${JSON.stringify(label)} is no class; must be an index from 0 to ${classNames.length - 1} or one of ${classNames.join(', ')}`,
    );
  }
  return index;
}

function stepLabelsOf(
  stepLabels: readonly ArrayLike<number>[],
  lengths: Uint32Array,
  classNames: readonly string[],
): Int32Array {
  stepLabels.forEach((labels, i) => {
    if (labels.length !== lengths[i]) {
      throw new DataError(`stepLabels[${i}]: ${labels.length} labels for ${lengths[i]} steps; give one for each step`);
    }
    for (let t = 0; t < labels.length; t++) {
      if (!Number.isInteger(labels[t]) || labels[t] < -1 || labels[t] >= classNames.length) {
        throw new DataError(
          `stepLabels[${i}][${t}]: ${labels[t]} must be an integer from -1 (none) to ${classNames.length - 1}`,
        );
      }
    }
  });
  return Int32Array.from(stepLabels.flatMap((labels) => Array.from(labels)));
}

function targetsOf(targets: readonly ArrayLike<number>[], classNames: readonly string[]): Float32Array {
  targets.forEach((target, i) => {
    if (target.length !== classNames.length || !Array.from(target).every(Number.isFinite)) {
      throw new DataError(
        `targets[${i}]: [${Array.from(target).join(', ')}] must be ${classNames.length} finite numbers, one an output`,
      );
    }
  });
  return Float32Array.from(targets.flatMap((target) => Array.from(target)));
}

function groupsOf(groups: readonly (string | number)[] | Int32Array): Int32Array {
  const known = [...new Set(Array.from<string | number>(groups).map(String))].sort();
  return Int32Array.from(Array.from<string | number>(groups), (group) => known.indexOf(String(group)));
}

/** The part to train on and the part to test on. Test sequences don't depend on a recipe's seed. */
function divide(all: Recorded, fraction: number, by: 'random' | 'group'): [Recorded, Recorded] {
  const { kept, apart } = split(all, fraction, by, new Random(0, splitStreams.test));
  return [choose(all, kept), choose(all, apart)];
}

/** The chosen sequences, each as it stands in `from`: other views of the same values would let each part see the whole. */
function choose(from: Recorded, indices: Uint32Array): Recorded {
  const { pieces, channels, labels, groups, targets, frameLabels, starts } = from;
  const outputs = targets ? targets.length / from.count : 0;
  const chosen = Array.from(indices, (i) => pieces[i]);
  const lengths = Uint32Array.from(chosen, (values) => values.length / channels);
  const firsts = new Uint32Array(chosen.length);
  for (let i = 1; i < chosen.length; i++) firsts[i] = firsts[i - 1] + chosen[i - 1].length;
  return {
    ...from,
    count: chosen.length,
    steps: lengths.reduce((most, length) => Math.max(most, length), 0),
    pieces: chosen,
    starts: firsts,
    lengths,
    labels: Int32Array.from(indices, (i) => labels[i]),
    groups: groups && Int32Array.from(indices, (i) => groups[i]),
    targets:
      targets &&
      Float32Array.from(Array.from(indices, (i) => [...targets.subarray(i * outputs, (i + 1) * outputs)]).flat()),
    frameLabels:
      frameLabels &&
      Int32Array.from(
        Array.from(indices, (i) => [
          ...frameLabels.subarray(starts[i] / channels, starts[i] / channels + from.lengths[i]),
        ]).flat(),
      ),
  };
}

function names(
  field: string,
  given: readonly string[] | undefined,
  channels: number,
  fallback: (i: number) => string,
): readonly string[] {
  if (given && given.length !== channels) {
    throw new DataError(`${field}: ${given.length} names for ${channels} channels; give one for each`);
  }
  return given ?? Array.from({ length: channels }, (_, i) => fallback(i));
}
