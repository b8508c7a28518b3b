/** A network's state in a memory of its own, and what moves it on. */
export interface Cell {
  /** One step from `inputs` counts, or from one token, that start at `start`. */
  step(values: ArrayLike<number>, start: number): void;
  /** Forgets the past. */
  reset(): void;
  /** The head's outputs of the present state, or of the mean so far: a view that the next call overwrites. */
  readLogits(): Int32Array | Float32Array;
}
