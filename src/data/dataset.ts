import { sha256 } from '#platform';
import { canonicalJson, type SoundSettings } from '../recipe/index.js';
import type { Sequences } from './sequences.js';

/** A data set that is ready for training. Nothing of `test` is needed for training. */
export interface Dataset {
  readonly name: string;
  /** [classes] */
  readonly classNames: readonly string[];
  /** [channels] */
  readonly channelNames: readonly string[];
  /** [channels], the physical unit of each channel, such as g or rad/s. */
  readonly units: readonly string[];
  /** [channels], physical value = int16 count * lsb. */
  readonly lsb: Float64Array;
  readonly train: Sequences;
  readonly test: Sequences;
  /** Whether the test part was drawn from data that have none of their own; a given one is official. Default false. */
  readonly testDrawn?: boolean;
  /** How the frames were made of sound; undefined where they weren't. */
  readonly sound?: SoundSettings | undefined;
  /** SHA-256 of the content: values, labels, groups, lsb and class names, of training and test. */
  readonly hash: string;
  /** What a reader of the results should know of the data: where they come from, what was left out. */
  readonly notes: readonly string[];
}

/** Makes a data set of its parts: adds the hash. */
export async function makeDataset(parts: Omit<Dataset, 'hash'>): Promise<Dataset> {
  const { classNames, lsb, train, test } = parts;
  const content = { classNames, lsb: [...lsb], train: await digests(train), test: await digests(test) };
  return { ...parts, hash: await sha256(new TextEncoder().encode(canonicalJson(content))) };
}

async function digests(sequences: Sequences): Promise<object> {
  const {
    features,
    stepStride,
    values,
    starts,
    lengths,
    labels,
    frameLabels,
    targets,
    frameTargets,
    groups,
    heldOut,
    folds,
  } = sequences;
  return {
    shape: [sequences.count, sequences.steps, features, stepStride],
    values: await digest(values),
    views: [await digest(starts), await digest(lengths)],
    labels: await digest(labels),
    frameLabels: frameLabels && (await digest(frameLabels)),
    targets: targets && (await digest(targets)),
    frameTargets: frameTargets && (await digest(frameTargets)),
    groups: groups && (await digest(groups)),
    ...(folds ? { folds: await digest(folds) } : {}),
    ...(heldOut ? { heldOut: await digest(heldOut) } : {}),
  };
}

const chunkBytes = 1 << 24;

/** SHA-256s of pieces of 16 MiB: a digest can't read shared memory in a browser, and a copy of all of it would be large. */
async function digest(values: Uint8Array | Int16Array | Int32Array | Uint32Array | Float32Array): Promise<string[]> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const hashes: string[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    hashes.push(await sha256(Uint8Array.from(bytes.subarray(start, start + chunkBytes))));
  }
  return hashes;
}
