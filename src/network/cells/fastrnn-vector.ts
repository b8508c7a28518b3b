import { rowStride, within, type Layout, type Matrix, type Operand, type ProgramBuilder } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import { forRows, type CellLimits, type Places } from '../places.js';
import { Preactivation, written } from '../recurrence/preactivation.js';
import type { BackwardPass, Cell, ForwardPass } from './cell.js';

/**
 * FastRNN-vector, appendix G of the paper: FastRNN with a weight a unit.
 *   a_t  = W x_t + U h_{t-1}
 *   h~_t = update(a_t + b)
 *   h_t  = alpha h~_t + beta h_{t-1}   with   beta = zeta (1 - alpha) + nu
 * where alpha [hiddenSize], zeta and nu are behind a sigmoid. Backwards, with g = dL/dh_t:
 *   dL/da_t = alpha g update'                     summed over rows and steps: dL/db
 *   dL/dh_{t-1} = beta g + U^T dL/da_t
 *   S = sum g h~_t,  R = sum g h_{t-1}            over rows and steps, a number a unit
 *   dL/dalpha = S - zeta R,  dL/dzeta = sum over units R (1 - alpha),  dL/dnu = sum over units R
 */
export class FastRNNVector implements Cell {
  private readonly arch: Architecture;
  private readonly places: Places;
  private readonly linear: Preactivation;
  /** a_t, then h~_t, then dL/da_t: [steps][rows][hiddenSize]. */
  private readonly c: Matrix;
  /** alpha and beta, [hiddenSize] each, and zeta and nu, as the equation has them. */
  private readonly alpha: Operand;
  private readonly beta: Operand;
  private readonly scalars: Operand;
  /** Column sums: of dL/db, S, R, and at last what dL/dzeta sums up: [4][hiddenSize]. */
  private readonly columns: Matrix;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: CellLimits) {
    this.arch = arch;
    this.places = places;
    this.linear = new Preactivation(arch, layout, places, limits);
    const stride = rowStride(arch.hiddenSize);
    this.c = layout.sequence(limits.steps, limits.rows, stride);
    this.alpha = layout.vector(arch.hiddenSize);
    this.beta = layout.vector(arch.hiddenSize);
    this.scalars = layout.vector(2);
    this.columns = layout.matrix(4, stride);
  }

  prepare(program: ProgramBuilder): void {
    this.linear.prepare(program);
    const { arch, places, alpha, beta, scalars } = this;
    const length = arch.hiddenSize;
    program
      .activate({ kind: 'sigmoid', length, x: places.parameter('alpha'), y: alpha })
      .activate({ kind: 'sigmoid', length: 2, x: places.parameter('zeta'), y: scalars })
      .vectorResidual({ length, alpha, scalars, beta });
  }

  forward(program: ProgramBuilder, pass: ForwardPass): void {
    const { rows, states: previous } = pass;
    const { update, hiddenSize: hidden } = this.arch;
    const { alpha, beta, places } = this;
    const c = forRows(this.c, rows);
    const bias = places.parameter('bias');
    this.linear.forward(program, {
      ...pass,
      gates: [{ a: c }],
      step: (recur) => {
        recur();
        const h = written(previous);
        program.fastrnnVectorForward({ rows, hidden, update, c, previous, h, bias, alpha, beta });
      },
    });
  }

  backward(program: ProgramBuilder, pass: BackwardPass): void {
    const { rows, states: previous, dh } = pass;
    const { update, hiddenSize: hidden } = this.arch;
    const { columns, alpha, beta, scalars, places } = this;
    const c = forRows(this.c, rows);
    program.fill({ length: 3 * columns.stride, value: 0, target: columns });
    this.linear.backward(program, {
      ...pass,
      gates: [{ a: c }],
      step: (recur) => {
        program.fastrnnVectorBackward({ rows, hidden, update, c, previous, dh, alpha, beta, columns });
        recur();
      },
    });
    const target = places.gradientOf('bias');
    const [alphaColumns, betaColumns, zetaColumns] = [1, 2, 3].map((i) => within(columns, i * columns.stride));
    const scalar = { length: hidden, accumulate: false, sign: 1 } as const;
    const [zeta, nu] = [scalars, within(scalars, 1)];
    program
      .unpack({ rows: 1, columns: hidden, rowStride: hidden, columnStride: 1, source: columns, target })
      .vectorResidualBackward({ length: hidden, alpha, scalars, columns })
      .sigmoidGradient({ length: hidden, factor: 1, s: alpha, dy: alphaColumns, gradient: places.gradientOf('alpha') })
      .scalarGradient({ ...scalar, columns: zetaColumns, scalar: zeta, gradient: places.gradientOf('zeta') })
      .scalarGradient({ ...scalar, columns: betaColumns, scalar: nu, gradient: places.gradientOf('nu') });
  }
}
