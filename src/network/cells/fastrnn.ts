import { rowStride, within, type Layout, type Matrix, type Operand, type ProgramBuilder } from '../../kernels/index.js';
import { fixedResidual, type Architecture } from '../architecture.js';
import { forRows, type CellLimits, type Places } from '../places.js';
import { Preactivation, written } from '../recurrence/preactivation.js';
import { recurrenceOf } from '../recurrence/recurrence.js';
import type { BackwardPass, Cell, ForwardPass } from './cell.js';

/**
 * FastRNN, equation (2) of the paper:
 *   a_t  = W x_t + U h_{t-1}
 *   h~_t = update(a_t + b)
 *   h_t  = alpha h~_t + beta h_{t-1}
 * with alpha and beta behind a sigmoid (free), beta = 1 - alpha (tied), or both given (fixed). Backwards, equations (3) and
 * (4) of the paper step by step, with g = dL/dh_t:
 *   dL/da_t = alpha g update'                     summed over rows and steps: dL/db
 *   dL/dh_{t-1} = beta g + U^T dL/da_t
 *   dL/dalpha = sum g h~_t,  dL/dbeta = sum g h_{t-1}
 * With the recurrence EURNN, units are complex and modReLU stands in the place of `update`: kernels/modrelu.c.
 */
export class FastRNN implements Cell {
  private readonly arch: Architecture;
  private readonly places: Places;
  private readonly linear: Preactivation;
  /** a_t, then h~_t, then dL/da_t: [steps][rows][hiddenSize]. */
  private readonly c: Matrix;
  /** alpha and beta as the equation has them. */
  private readonly scalars: Operand;
  /** Column sums of the gradients of b, alpha and beta: [3][hiddenSize] (of complex units, as many). */
  private readonly columns: Matrix;
  /** Complex units; 0 of a network whose units are real. */
  private readonly units: number;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: CellLimits) {
    this.arch = arch;
    this.places = places;
    this.linear = new Preactivation(arch, layout, places, limits);
    const stride = rowStride(arch.hiddenSize);
    this.c = layout.sequence(limits.steps, limits.rows, stride);
    this.scalars = layout.matrix(2, 16);
    this.columns = layout.matrix(3, stride);
    const recurrence = recurrenceOf(arch);
    this.units = recurrence.kind === 'EURNN' ? recurrence.units : 0;
  }

  prepare(program: ProgramBuilder): void {
    this.linear.prepare(program);
    const { arch, places, scalars } = this;
    const beta = within(scalars, 1);
    if (arch.residual === 'fixed') {
      const fixed = fixedResidual(arch);
      program.fill({ length: 1, value: fixed.alpha, target: scalars });
      program.fill({ length: 1, value: fixed.beta, target: beta });
    } else {
      program.activate({ kind: 'sigmoid', length: 2, x: places.parameter('alpha'), y: scalars });
      if (arch.residual === 'tied') program.affine({ length: 1, scale: -1, shift: 1, x: scalars, y: beta });
    }
  }

  forward(program: ProgramBuilder, pass: ForwardPass): void {
    const { rows, states } = pass;
    const { update, hiddenSize: hidden } = this.arch;
    const { units, scalars } = this;
    const c = forRows(this.c, rows);
    const shared = { rows, previous: states, h: written(states), bias: this.places.parameter('bias'), scalars };
    this.linear.forward(program, {
      ...pass,
      gates: [{ a: c }],
      step: (recur) => {
        recur();
        if (units > 0) program.modreluForward({ ...shared, units, a: c });
        else program.fastrnnForward({ ...shared, hidden, update, c });
      },
    });
  }

  backward(program: ProgramBuilder, pass: BackwardPass): void {
    const { rows, states, dh } = pass;
    const { update, residual, hiddenSize: hidden } = this.arch;
    const { columns, scalars, places, units } = this;
    const c = forRows(this.c, rows);
    const shared = { rows, previous: states, dh, scalars, columns };
    program.fill({ length: 3 * columns.stride, value: 0, target: columns });
    this.linear.backward(program, {
      ...pass,
      gates: [{ a: c }],
      step: (recur) => {
        if (units > 0) program.modreluBackward({ ...shared, units, a: c, bias: places.parameter('bias') });
        else program.fastrnnBackward({ ...shared, hidden, update, c });
        recur();
      },
    });
    const wide = units > 0 ? units : hidden;
    program.unpack({
      ...{ rows: 1, columns: wide, rowStride: wide, columnStride: 1 },
      source: columns,
      target: places.gradientOf('bias'),
    });
    if (residual === 'fixed') return;
    const [alphaColumns, betaColumns] = [1, 2].map((i) => within(columns, i * columns.stride));
    const alpha = { length: wide, scalar: scalars, gradient: places.gradientOf('alpha') };
    program.scalarGradient({ ...alpha, columns: alphaColumns, accumulate: false, sign: 1 });
    if (residual === 'tied') {
      program.scalarGradient({ ...alpha, columns: betaColumns, accumulate: true, sign: -1 }); // dbeta = -dalpha
    } else {
      const beta = { length: wide, scalar: within(scalars, 1), gradient: places.gradientOf('beta') };
      program.scalarGradient({ ...beta, columns: betaColumns, accumulate: false, sign: 1 });
    }
  }
}
