import type { Matrix, ProgramBuilder } from '../../kernels/index.js';

/**
 * y = x M^T over rows of x [rows, inputs] and y [rows, outputs], whatever parameters M [outputs, inputs] is made of.
 * Matrices lie at the time step at hand; rows of several steps, when they follow each other without a gap, are one matrix.
 * What a map keeps from `forward` for `backward` and `addGradients`, it keeps by time step.
 */
export interface LinearMap {
  /** Brings the parameters into the form that the other operations read. Once a pass. */
  prepare(program: ProgramBuilder): void;

  /** y <- x M^T, added to y when `accumulate`. */
  forward(program: ProgramBuilder, o: { rows: number; x: Matrix; y: Matrix; accumulate: boolean }): void;

  /** dx <- dx + dy M, when dx is given; in any case what the weights' gradients need from dy. */
  backward(program: ProgramBuilder, o: { rows: number; dy: Matrix; dx?: Matrix }): void;

  /** Sets the sums of the parameters' gradients to 0. */
  clearGradients(program: ProgramBuilder): void;

  /** Adds what these rows of x and dy give; `forward` and `backward` have run over them, at these time steps. */
  addGradients(program: ProgramBuilder, o: { rows: number; dy: Matrix; x: Matrix }): void;

  /** Brings the sums to their places in the gradient. */
  storeGradients(program: ProgramBuilder): void;
}
