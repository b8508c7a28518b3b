import { rowStride, within, type Layout, type Matrix, type Operand, type ProgramBuilder } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import { forRows, type CellLimits, type Places } from '../places.js';
import { Preactivation, written } from '../recurrence/preactivation.js';
import type { BackwardPass, Cell, ForwardPass } from './cell.js';

/**
 * FastGRNN, equation (6) of the paper:
 *   a_t  = W x_t + U h_{t-1}
 *   z_t  = gate(a_t + b_z)
 *   h~_t = update(a_t + b_h)
 *   h_t  = (zeta (1 - z_t) + nu) * h~_t + z_t * h_{t-1}
 * with zeta and nu behind a sigmoid, a number each, or with `vectorZetaNu` a number a unit each. Backwards, with g = dL/dh_t:
 *   dL/dz  = g (h_{t-1} - zeta h~_t) gate'        summed over rows and steps: dL/db_z
 *   dL/dh~ = g (zeta (1 - z_t) + nu) update'      summed: dL/db_h
 *   dL/da_t = dL/dz + dL/dh~
 *   dL/dh_{t-1} = g z_t + U^T dL/da_t
 *   dL/dzeta = sum g h~_t (1 - z_t),  dL/dnu = sum g h~_t     over rows, steps and, of one number, units
 */
export class FastGRNN implements Cell {
  private readonly arch: Architecture;
  private readonly limits: CellLimits;
  private readonly places: Places;
  private readonly linear: Preactivation;
  /** a_t, then z_t: [steps][rows][hiddenSize]. */
  private readonly z: Matrix;
  /** h~_t, then dL/da_t: [steps][rows][hiddenSize]; without training one step alone. */
  private readonly c: Matrix;
  /** zeta and nu behind their sigmoid: as they are trained, and as the gate pass takes them, a number a unit. */
  private readonly trained: readonly [Operand, Operand];
  private readonly zeta: Operand;
  private readonly nu: Operand;
  /** What spreads a number over the units. */
  private readonly ones: Operand;
  /** Column sums of the gradients of b_z, b_h, zeta and nu: [4][hiddenSize]. */
  private readonly columns: Matrix;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: CellLimits) {
    this.arch = arch;
    this.limits = limits;
    this.places = places;
    this.linear = new Preactivation(arch, layout, places, limits);
    const stride = rowStride(arch.hiddenSize);
    this.z = layout.sequence(limits.steps, limits.rows, stride);
    this.c = layout.sequence(limits.training ? limits.steps : 1, limits.rows, stride);
    const vector = () => layout.vector(arch.hiddenSize);
    [this.zeta, this.nu] = [vector(), vector()];
    this.ones = layout.vector(arch.vectorZetaNu ? 0 : arch.hiddenSize);
    this.trained = arch.vectorZetaNu ? [this.zeta, this.nu] : [layout.vector(1), layout.vector(1)];
    this.columns = layout.matrix(4, stride);
  }

  prepare(program: ProgramBuilder): void {
    this.linear.prepare(program);
    const { arch, places, trained, ones } = this;
    const length = arch.hiddenSize;
    for (const [i, name] of (['zeta', 'nu'] as const).entries()) {
      const y = this[name];
      if (arch.residual === 'tied') {
        // The sigmoid of -100 is no 0 but the least float above it, whose products are subnormal and slow.
        const value = name === 'zeta' ? 1 : 0;
        program.fill({ length: 1, value, target: trained[i] }).fill({ length, value, target: y });
        continue;
      }
      const x = places.parameter(name);
      program.activate({ kind: 'sigmoid', length: arch.vectorZetaNu ? length : 1, x, y: trained[i] });
      if (arch.vectorZetaNu) continue;
      program
        .fill({ length, value: 1, target: ones })
        .fill({ length, value: 0, target: y })
        .addScaled({ length, x: ones, scale: trained[i], y });
    }
  }

  forward(program: ProgramBuilder, pass: ForwardPass): void {
    const { rows, states } = pass;
    const { gate, update, hiddenSize: hidden } = this.arch;
    const z = forRows(this.z, rows);
    const c = this.limits.training ? forRows(this.c, rows) : { ...this.c, step: 0 };
    this.linear.forward(program, {
      ...pass,
      gates: [{ a: z }],
      step: (recur) => {
        recur();
        program.fastgrnnForward({
          ...{ rows, hidden, gate, update, z, c },
          previous: states,
          h: written(states),
          biasGate: this.places.parameter('biasGate'),
          biasUpdate: this.places.parameter('biasUpdate'),
          zeta: this.zeta,
          nu: this.nu,
        });
      },
    });
  }

  backward(program: ProgramBuilder, pass: BackwardPass): void {
    const { rows, states, dh } = pass;
    const { gate, update, hiddenSize: hidden } = this.arch;
    const { columns, zeta, nu, trained, places } = this;
    const z = forRows(this.z, rows);
    const c = forRows(this.c, rows);
    program.fill({ length: 4 * columns.stride, value: 0, target: columns });
    this.linear.backward(program, {
      ...pass,
      gates: [{ a: c }],
      step: (recur) => {
        program.fastgrnnBackward({ rows, hidden, gate, update, z, c, previous: states, dh, zeta, nu, columns });
        recur();
      },
    });
    const column = (i: number) => within(columns, i * columns.stride);
    const vector = { rows: 1, columns: hidden, rowStride: hidden, columnStride: 1 };
    program
      .unpack({ ...vector, source: columns, target: places.gradientOf('biasGate') })
      .unpack({ ...vector, source: { ...columns, ...column(1) }, target: places.gradientOf('biasUpdate') });
    for (const [i, name] of (['zeta', 'nu'] as const).entries()) {
      const [dy, gradient] = [column(2 + i), places.gradientOf(name)];
      if (this.arch.vectorZetaNu) program.sigmoidGradient({ length: hidden, factor: 1, s: trained[i], dy, gradient });
      else {
        const sum = { length: hidden, accumulate: false, sign: 1 } as const;
        program.scalarGradient({ ...sum, columns: dy, scalar: trained[i], gradient });
      }
    }
  }
}
