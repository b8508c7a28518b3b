import type { Matrix, ProgramBuilder } from '../../kernels/index.js';

/** y = x M^T over rows of x [rows, inputs] and y [rows, outputs], whatever parameters M [outputs, inputs] is made of. */
export interface LinearMap {
  /** Brings the parameters into the form that the other operations read. Once a pass. */
  prepare(program: ProgramBuilder): void;

  /** y <- x M^T, added to y when `accumulate`. */
  forward(program: ProgramBuilder, o: { rows: number; x: Matrix; y: Matrix; accumulate: boolean }): void;

  /** dx <- dx + dy M, when dx is given; in any case what the weights' gradients need from dy. */
  backward(program: ProgramBuilder, o: { rows: number; dy: Matrix; dx?: Matrix }): void;

  /**
   * The parameters' gradients, over `steps` steps of `rows` rows each from step `first` on. x and dy: all steps from step 0;
   * `forward` and `backward` have run over these steps.
   */
  gradients(program: ProgramBuilder, o: { rows: number; first: number; steps: number; x: Matrix; dy: Matrix }): void;
}
