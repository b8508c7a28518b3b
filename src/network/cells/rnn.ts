import { rowStride, type Layout, type Matrix, type ProgramBuilder } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import { forRows, type CellLimits, type Places } from '../places.js';
import { Preactivation, written } from '../recurrence/preactivation.js';
import type { BackwardPass, Cell, ForwardPass } from './cell.js';

/**
 * The standard RNN, equation (1) of the paper: FastRNN at alpha 1 and beta 0, without what that would cost.
 *   a_t = W x_t + U h_{t-1}
 *   h_t = update(a_t + b)
 * Backwards, with g = dL/dh_t:
 *   dL/da_t = g update'                           summed over rows and steps: dL/db
 *   dL/dh_{t-1} = U^T dL/da_t
 */
export class RNN implements Cell {
  private readonly arch: Architecture;
  private readonly places: Places;
  private readonly linear: Preactivation;
  /** a_t, then dL/da_t: [steps][rows][hiddenSize]. h_t tells the derivative. */
  private readonly a: Matrix;
  /** Column sums of the gradient of b: [1][hiddenSize]. */
  private readonly columns: Matrix;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: CellLimits) {
    this.arch = arch;
    this.places = places;
    this.linear = new Preactivation(arch, layout, places, limits);
    const stride = rowStride(arch.hiddenSize);
    this.a = layout.sequence(limits.steps, limits.rows, stride);
    this.columns = layout.matrix(1, stride);
  }

  prepare(program: ProgramBuilder): void {
    this.linear.prepare(program);
  }

  forward(program: ProgramBuilder, pass: ForwardPass): void {
    const { rows, states } = pass;
    const { update, hiddenSize: hidden } = this.arch;
    const a = forRows(this.a, rows);
    const bias = this.places.parameter('bias');
    this.linear.forward(program, {
      ...pass,
      gates: [{ a }],
      step: (recur) => {
        recur();
        program.rnnForward({ rows, hidden, update, a, h: written(states), bias });
      },
    });
  }

  backward(program: ProgramBuilder, pass: BackwardPass): void {
    const { rows, states, dh } = pass;
    const { update, hiddenSize: hidden } = this.arch;
    const { columns, places } = this;
    const a = forRows(this.a, rows);
    program.fill({ length: columns.stride, value: 0, target: columns });
    this.linear.backward(program, {
      ...pass,
      gates: [{ a }],
      step: (recur) => {
        program.rnnBackward({ rows, hidden, update, a, h: written(states), dh, columns });
        recur();
      },
    });
    const target = places.gradientOf('bias');
    program.unpack({ rows: 1, columns: hidden, rowStride: hidden, columnStride: 1, source: columns, target });
  }
}
