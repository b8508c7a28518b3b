/** `a = (x - centre) * scale` makes network inputs of int16 counts x. One value for all channels, or one a channel. */
export interface Normalisation {
  readonly centre: Int16Array;
  readonly scale: Float64Array;
}

/** Sequences of int16 counts. */
export interface Int16Sequences {
  /** [count][steps][features] */
  readonly values: Int16Array;
  readonly steps: number;
  readonly features: number;
}
