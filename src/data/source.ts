import type { Recipe, SoundSettings } from '../recipe/index.js';
import type { Tell } from './cache/cache.js';
import type { Recorded } from './recorded.js';

/** The `data` part of a recipe. */
export type DataSettings = Recipe['data'];

/** What a loader reads, before merging, rounding and limiting. */
export interface Source {
  readonly classNames: readonly string[];
  readonly channelNames: readonly string[];
  readonly units: readonly string[];
  readonly train: Recorded;
  readonly test: Recorded;
  /** Whether the test part was drawn here, from data that have none of their own. Default false. */
  readonly testDrawn?: boolean;
  /** How the frames were made of sound; undefined where they weren't. */
  readonly sound?: SoundSettings | undefined;
  readonly notes: readonly string[];
}

/** What a benchmark is read with. */
export interface LoadContext {
  readonly settings: DataSettings;
  /** What becomes of sounds; without it their samples are read as they are. */
  readonly sound: SoundSettings | undefined;
  /** Told what takes long. */
  readonly tell: Tell;
}

/** A benchmark: facts for `data list` and `data info`, and how it is read. */
export interface Benchmark {
  readonly description: DatasetDescription;
  /** Reads it; `dataDirectory` is the folder of data sets, where there is one. */
  load(dataDirectory: string | undefined, context: LoadContext): Promise<Source>;
  /** All that what `load` reads depends on, where reading takes long: the result is then kept in the cache under it. */
  key?(dataDirectory: string | undefined, context: LoadContext): Promise<object>;
  /** The folder in which its files lie; undefined where there is none. */
  directory(dataDirectory: string | undefined): Promise<string | undefined>;
  /** SHA-256 by file, relative to that folder. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** What is known of a benchmark without reading it. */
export interface DatasetDescription {
  readonly name: string;
  readonly title: string;
  /** Where it comes from. */
  readonly origin: string;
  readonly licence: string;
  readonly citation: string;
  /** How training and test parts were divided, and by whom. */
  readonly split: string;
  readonly train: number;
  readonly test: number;
  readonly steps: number;
  readonly features: number;
  readonly classes: number;
  /** How to get it. */
  readonly get: string;
}
