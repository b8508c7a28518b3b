/** One recording as its file holds it, in physical units: what every reader of a format gives. */
export interface Recording {
  readonly file: string;
  /** Which one of the file's recordings it is, where the file holds several: what messages call it beside the file. */
  readonly name?: string | undefined;
  /** [channels], made up (`channel 1`) where the file names none. */
  readonly channelNames: readonly string[];
  /** [channels], '' where the unit isn't known. */
  readonly units: readonly string[];
  readonly steps: number;
  /** [steps][channels]; whole numbers where the array holds integers. */
  readonly values: RecordedValues;
  /** Seconds, one a step, ascending; undefined where the file has no time. */
  readonly time?: Float64Array | undefined;
  /** Steps a second, where the format says so (WAV). A rate that only the time shows is found by `rateOf`. */
  readonly rate?: number | undefined;
  /** The class of the whole recording. */
  readonly label?: string | undefined;
  /** The class of each step. */
  readonly stepLabels?: StepLabels | undefined;
  /** Values to be predicted: regression, or independent labels. */
  readonly targets?: RecordingTargets | undefined;
  /** The person or device. */
  readonly group?: string | undefined;
  /** Which part the data's own makers put it in (folders train and test, files _TRAIN and _TEST). */
  readonly part?: 'train' | 'test' | undefined;
}

export type RecordedValues = Float64Array | Float32Array | Int16Array | Uint8Array;

/** A class for each step. */
export interface StepLabels {
  readonly names: readonly string[];
  /** [steps], indices into `names`, -1 for none. */
  readonly indices: Int32Array;
}

/** Values to be predicted. */
export interface RecordingTargets {
  readonly names: readonly string[];
  /** [names] for the whole recording, or [steps][names] for each step. */
  readonly values: Float64Array;
  readonly every: 'recording' | 'step';
}

/** How messages call a recording: its file, and its name within it. */
export function titleOf({ file, name }: Pick<Recording, 'file' | 'name'>): string {
  return name === undefined ? file : `${file} (${name})`;
}

/** The names of channels that have none. */
export function numberedChannels(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `channel ${i + 1}`);
}
