import type { FileFacts, TimeUnit } from '../formats/format.js';

/** One file of a folder, and what its reader says of it. */
export interface FileScan {
  readonly path: string;
  /** Relative to the folder, with slashes. */
  readonly file: string;
  /** The folders between it and the root, without `train` and `test`. */
  readonly folders: readonly string[];
  readonly part: 'train' | 'test' | undefined;
  readonly bytes: number;
  /** SHA-256. */
  readonly hash: string;
  readonly facts: FileFacts;
}

/** What the columns of the tables are for, as far as can be seen. */
export interface Roles {
  readonly time?: string | undefined;
  readonly timeUnit?: TimeUnit | undefined;
  readonly label?: string | undefined;
  readonly group?: string | undefined;
  readonly recording?: string | undefined;
  readonly channels: readonly string[];
  /** Columns that are none of these: row numbers, words, nothing. */
  readonly ignored: readonly string[];
}

/** Where the classes stand. */
export type Layout = 'folder' | 'column' | 'file' | 'format' | 'none';

export interface ClassFacts {
  readonly name: string;
  /** Of recordings, where each is of one class; else of steps, or of the spans of a file of labels. */
  readonly count: number;
}

/** Smallest, middle and largest of something. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What a folder of recordings holds. */
export interface FolderFacts {
  readonly root: string;
  readonly files: number;
  readonly bytes: number;
  readonly formats: readonly { readonly name: string; readonly files: number; readonly dialect?: string | undefined }[];
  /** Files that no reader knows, by name. */
  readonly passedOver: readonly string[];
  readonly layout: Layout;
  /** The table of start, end, label. */
  readonly labelFile?: string | undefined;
  /** The folder keeps a test part apart. */
  readonly hasTest: boolean;
  readonly roles: Roles;
  readonly groupBy: {
    readonly from: 'folder' | 'column' | 'name' | 'none';
    readonly pattern?: string | undefined;
    readonly groups: number;
  };
  readonly recordings: number;
  /** Steps of a recording. */
  readonly lengths: Spread;
  /** Steps a second. */
  readonly rate?: Spread | undefined;
  /** The largest deviation from regular steps, as a fraction of one; see `rateOf`. */
  readonly jitter: number;
  /** To how many steps a second recordings should be brought, where they aren't alike or irregular. */
  readonly resample?: number | undefined;
  readonly classes: readonly ClassFacts[];
  /** What `classes` counts. */
  readonly classUnit: 'recordings' | 'steps' | 'spans';
  readonly nullClass?: string | undefined;
  /** Missing values, and the files that have some. */
  readonly missing: { readonly values: number; readonly files: number };
  /** Files that look wrong, and why. */
  readonly suspicious: readonly { readonly file: string; readonly what: string }[];
  /** Files that can't be read. */
  readonly broken: number;
  /** What has to be put right before anything can be trained. */
  readonly blocking: readonly string[];
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  return { min: sorted[0] ?? 0, median: sorted[sorted.length >> 1] ?? 0, max: sorted[sorted.length - 1] ?? 0 };
}

/** How many of each there are, in the order in which they come. */
export function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
