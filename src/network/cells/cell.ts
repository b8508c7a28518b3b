import type { Layout, Matrix, ProgramBuilder } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import type { CellLimits, Places } from '../places.js';

/** What a cell is given to run over: h_1 .. h_T from x_1 .. x_T and h_0. */
export interface Pass {
  readonly rows: number;
  readonly steps: number;
  /** x, [steps][rows][inputSize]. */
  readonly x: Matrix;
  /** h, [steps + 1][rows][hiddenSize]; h_0 comes first. */
  readonly states: Matrix;
  /** Whether h_0 may be another state than 0. */
  readonly resumed?: boolean | undefined;
}

/** A pass forwards. */
export interface ForwardPass extends Pass {
  /** Operations to run at each step, once its state is written. */
  readonly written?: (() => void) | undefined;
}

/** A pass backwards. */
export interface BackwardPass extends Pass {
  /** [rows][hiddenSize]: what is known of the gradient of h_t at the step at hand; at first that of h_T. Overwritten. */
  readonly dh: Matrix;
  /** Operations to run at each step before its state's gradient is used: they add to dh what reads h_t directly. */
  readonly inject?: (() => void) | undefined;
  /** [steps][rows][inputSize], where the gradient of x is to be added, if it is wanted. */
  readonly dx?: Matrix | undefined;
}

/** A recurrent cell, as the list of kernel operations that its two passes are. */
export interface Cell {
  /** What a step hands on beside its state, if anything: [steps + 1][rows][...], before the first step first. */
  readonly carried?: Matrix;
  /** What only the parameters decide: packed weights, scalars behind their sigmoid. Once, before the other two. */
  prepare(program: ProgramBuilder): void;
  /** Writes h_1 .. h_T, one step after the other; `pass.written` follows each. */
  forward(program: ProgramBuilder, pass: ForwardPass): void;
  /** From the gradients of the states: those of all the cell's parameters. */
  backward(program: ProgramBuilder, pass: BackwardPass): void;
}

/** The class of a cell; `arch` is that of its layer, whose inputs are `arch.inputSize`. */
export type CellClass = new (arch: Architecture, layout: Layout, places: Places, limits: CellLimits) => Cell;
