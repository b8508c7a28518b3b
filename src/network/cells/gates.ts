import { rowStride, within, type Layout, type Matrix } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import { forRows, type CellLimits } from '../places.js';

/**
 * The matrices a_t = W x_t + U h_{t-1} of a cell with several gates, one after the other: [gates][steps][rows][hiddenSize]. Kernels
 * take the first and the distance to the next.
 */
export class GateMatrices {
  /** Words from one gate's matrix to the next one's. */
  readonly distance: number;
  private readonly first: Matrix;

  constructor(arch: Architecture, layout: Layout, limits: CellLimits, gates: number) {
    const stride = rowStride(arch.hiddenSize);
    this.distance = limits.steps * limits.rows * stride;
    this.first = layout.sequence(gates * limits.steps, limits.rows, stride);
  }

  /** The matrix of one gate, for as many rows a step. */
  of(gate: number, rows: number): Matrix {
    return forRows({ ...this.first, ...within(this.first, gate * this.distance) }, rows);
  }
}
