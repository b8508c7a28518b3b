import type { Matrix, ProgramBuilder } from '../../kernels/index.js';

/** What a cell is given to run over: h_1 .. h_T from x_1 .. x_T and h_0 = 0. */
export interface Pass {
  readonly rows: number;
  readonly steps: number;
  /** x, [steps][rows][inputSize]. */
  readonly x: Matrix;
  /** h, [steps + 1][rows][hiddenSize]; h_0 comes first and is 0. */
  readonly states: Matrix;
}

/** A recurrent cell, as the list of kernel operations that its two passes are. */
export interface Cell {
  /** What only the parameters decide: packed weights, scalars behind their sigmoid. Once, before the other two. */
  prepare(program: ProgramBuilder): void;
  /** Writes h_1 .. h_T. */
  forward(program: ProgramBuilder, pass: Pass): void;
  /** From dh [rows][hiddenSize], the gradient of h_T: gradients of all the cell's parameters. dh is overwritten. */
  backward(program: ProgramBuilder, pass: Pass & { readonly dh: Matrix }): void;
}
