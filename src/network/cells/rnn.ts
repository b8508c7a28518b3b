import { rowStride, within, type Layout, type Matrix, type Operand, type ProgramBuilder } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import { forRows, type CellLimits, type Places } from '../places.js';
import { recurrenceOf } from '../recurrence/recurrence.js';
import { Preactivation, written } from '../recurrence/preactivation.js';
import type { BackwardPass, Cell, ForwardPass } from './cell.js';

/**
 * The standard RNN, equation (1) of the paper: FastRNN at alpha 1 and beta 0, without what that would cost.
 *   a_t = W x_t + U h_{t-1}
 *   h_t = update(a_t + b)
 * Backwards, with g = dL/dh_t:
 *   dL/da_t = g update'                           summed over rows and steps: dL/db
 *   dL/dh_{t-1} = U^T dL/da_t
 * With the recurrence EURNN, units are complex and modReLU stands in the place of `update`: kernels/modrelu.c, with alpha 1 and beta 0.
 */
export class RNN implements Cell {
  private readonly arch: Architecture;
  private readonly places: Places;
  private readonly linear: Preactivation;
  /** a_t, then dL/da_t: [steps][rows][hiddenSize]. h_t tells the derivative. */
  private readonly a: Matrix;
  /** Column sums of the gradient of b: [1][hiddenSize]; of complex units [3][hiddenSize], whose first row it is. */
  private readonly columns: Matrix;
  /** Complex units; 0 of a network whose units are real. */
  private readonly units: number;
  /** alpha 1 and beta 0. */
  private readonly plain: Operand;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: CellLimits) {
    this.arch = arch;
    this.places = places;
    this.linear = new Preactivation(arch, layout, places, limits);
    const stride = rowStride(arch.hiddenSize);
    this.a = layout.sequence(limits.steps, limits.rows, stride);
    const recurrence = recurrenceOf(arch);
    this.units = recurrence.kind === 'EURNN' ? recurrence.units : 0;
    this.columns = layout.matrix(this.units > 0 ? 3 : 1, stride);
    this.plain = layout.matrix(2, 16);
  }

  prepare(program: ProgramBuilder): void {
    this.linear.prepare(program);
    if (this.units === 0) return;
    const beta = within(this.plain, 1);
    program.fill({ length: 1, value: 1, target: this.plain }).fill({ length: 1, value: 0, target: beta });
  }

  forward(program: ProgramBuilder, pass: ForwardPass): void {
    const { rows, states } = pass;
    const { update, hiddenSize: hidden } = this.arch;
    const { units, plain: scalars } = this;
    const a = forRows(this.a, rows);
    const bias = this.places.parameter('bias');
    const h = written(states);
    this.linear.forward(program, {
      ...pass,
      gates: [{ a }],
      step: (recur) => {
        recur();
        if (units > 0) program.modreluForward({ rows, units, a, previous: states, h, bias, scalars });
        else program.rnnForward({ rows, hidden, update, a, h, bias });
      },
    });
  }

  backward(program: ProgramBuilder, pass: BackwardPass): void {
    const { rows, states, dh } = pass;
    const { update, hiddenSize: hidden } = this.arch;
    const { columns, places, units, plain: scalars } = this;
    const a = forRows(this.a, rows);
    const bias = places.parameter('bias');
    program.fill({ length: (units > 0 ? 3 : 1) * columns.stride, value: 0, target: columns });
    this.linear.backward(program, {
      ...pass,
      gates: [{ a }],
      step: (recur) => {
        if (units > 0) program.modreluBackward({ rows, units, a, previous: states, dh, bias, scalars, columns });
        else program.rnnBackward({ rows, hidden, update, a, h: written(states), dh, columns });
        recur();
      },
    });
    const target = places.gradientOf('bias');
    const count = units > 0 ? units : hidden;
    program.unpack({ rows: 1, columns: count, rowStride: count, columnStride: 1, source: columns, target });
  }
}
