/** Labelled sequences of equal length, as the network gets them: int16 counts. */
export interface Sequences {
  readonly count: number;
  readonly steps: number;
  readonly features: number;
  /** [count][steps][features], in a SharedArrayBuffer where the host has one. */
  readonly values: Int16Array;
  /** [count], indices into the class names. */
  readonly labels: Int32Array;
  /** [count], which person or device each sequence comes from; undefined where that isn't known. */
  readonly groups: Int32Array | undefined;
}

/** Sequences as they were recorded, in physical units, before they are rounded to int16. */
export interface Recordings extends Omit<Sequences, 'values'> {
  /** [count][steps][features]; whole numbers where the array holds integers. */
  readonly values: Float64Array | Uint8Array | Int16Array;
}

/** An int16 array of the given length that workers can share, where the host allows it. */
export function sharedInt16(length: number): Int16Array {
  return typeof SharedArrayBuffer === 'undefined'
    ? new Int16Array(length)
    : new Int16Array(new SharedArrayBuffer(2 * length));
}

/** Copies the chosen sequences, in the order of `indices`. */
export function selectSequences(from: Sequences, indices: Uint32Array): Sequences {
  const values = sharedInt16(indices.length * from.steps * from.features);
  copyChosen(from, indices, values);
  return { ...from, count: indices.length, values, ...chosenLabels(from, indices) };
}

/** Copies the chosen recordings, in the order of `indices`. */
export function selectRecordings(from: Recordings, indices: Uint32Array): Recordings {
  const values = new Float64Array(indices.length * from.steps * from.features);
  copyChosen(from, indices, values);
  return { ...from, count: indices.length, values, ...chosenLabels(from, indices) };
}

function copyChosen(from: Recordings, indices: Uint32Array, to: Float64Array | Int16Array): void {
  const size = from.steps * from.features;
  indices.forEach((index, i) => to.set(from.values.subarray(index * size, (index + 1) * size), i * size));
}

function chosenLabels(from: Recordings, indices: Uint32Array): Pick<Sequences, 'labels' | 'groups'> {
  const { groups } = from;
  return {
    labels: Int32Array.from(indices, (index) => from.labels[index]),
    groups: groups && Int32Array.from(indices, (index) => groups[index]),
  };
}
