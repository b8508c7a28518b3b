/** A named array of numbers from another program, row-major. */
export interface ForeignTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Everything that a path holds. */
export interface ForeignWeights {
  /** What messages call it. */
  readonly path: string;
  /** By name without folders, as the model file will say. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** Those without entries are left out: EdgeML's CUDA cell has them in place of what it doesn't use. */
  readonly tensors: readonly ForeignTensor[];
}
