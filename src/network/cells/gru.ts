import { rowStride, within, type Layout, type Matrix, type ProgramBuilder } from '../../kernels/index.js';
import { resetOf, type Architecture } from '../architecture.js';
import { type CellLimits, type Places } from '../places.js';
import { Preactivation, written } from '../recurrence/preactivation.js';
import type { BackwardPass, Cell, ForwardPass } from './cell.js';
import { GateMatrices } from './gates.js';

/**
 * GRU (Cho et al., 2014), in both of its forms: the reset gate comes before the recurrent product (the paper's, ONNX's
 * linear_before_reset 0) or after it (cuDNN's, PyTorch's and Keras', linear_before_reset 1).
 *   r_t  = gate(W_r x_t + U_r h_{t-1} + b_r)                tensors WReset, UReset, biasReset
 *   z_t  = gate(W_z x_t + U_z h_{t-1} + b_z)                WGate, UGate, biasGate
 *   h~_t = update(W_h x_t + r_t (U_h h_{t-1} + d) + b_h)    after: WUpdate, UUpdate, biasUpdate, biasRecurrent
 *   h~_t = update(W_h x_t + U_h (r_t h_{t-1}) + b_h)        before: the same without biasRecurrent
 *   h_t  = (1 - z_t) h~_t + z_t h_{t-1}
 * Backwards, with g = dL/dh_t and a for what a nonlinearity takes:
 *   dL/da_z = g (h_{t-1} - h~_t) gate',  dL/da_h = g (1 - z_t) update'
 *   after:  m = U_h h_{t-1} + d;  dL/da_r = dL/da_h m gate',  dL/dm = dL/da_h r_t
 *           dL/dh_{t-1} = g z_t + U_r^T dL/da_r + U_z^T dL/da_z + U_h^T dL/dm
 *   before: q = r_t h_{t-1};  dL/dq = U_h^T dL/da_h,  dL/da_r = dL/dq h_{t-1} gate'
 *           dL/dh_{t-1} = g z_t + dL/dq r_t + U_r^T dL/da_r + U_z^T dL/da_z
 * Summed over rows and steps, dL/da and dL/dm are the gradients of the biases.
 */
export class GRU implements Cell {
  private readonly arch: Architecture;
  private readonly places: Places;
  private readonly linear: Preactivation;
  /** Of r, z and h~: a_t, then the gate itself, then dL/da_t. The fourth is m and dL/dm (after), or q (before). */
  private readonly gates: GateMatrices;
  /** dL/dq of the step at hand (before). */
  private readonly dq: Matrix;
  /** Column sums of the gradients of the biases: [4][hiddenSize]. */
  private readonly columns: Matrix;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: CellLimits) {
    this.arch = arch;
    this.places = places;
    this.linear = new Preactivation(arch, layout, places, limits, ['Reset', 'Gate', 'Update']);
    this.gates = new GateMatrices(arch, layout, limits, 4);
    const stride = rowStride(arch.hiddenSize);
    this.dq = layout.matrix(limits.training && resetOf(arch) === 'before' ? limits.rows : 0, stride);
    this.columns = layout.matrix(4, stride);
  }

  prepare(program: ProgramBuilder): void {
    this.linear.prepare(program);
  }

  forward(program: ProgramBuilder, pass: ForwardPass): void {
    const { rows, states: previous } = pass;
    const { gate, update, hiddenSize: hidden } = this.arch;
    const { distance } = this.gates;
    const [r, z, c, extra] = this.matrices(rows);
    const h = written(previous);
    const bias = this.places.parameter('biasReset'); // biasGate, biasUpdate and biasRecurrent follow it
    if (resetOf(this.arch) === 'after') {
      this.linear.forward(program, {
        ...pass,
        gates: [{ a: r }, { a: z }, { a: c, apart: extra }],
        step: (recur) => {
          recur();
          program.gruForward({ rows, hidden, gate, update, distance, a: r, previous, h, bias });
        },
      });
      return;
    }
    this.linear.forward(program, {
      ...pass,
      gates: [{ a: r }, { a: z }, { a: c, reads: extra }],
      step: (recur) => {
        recur([0, 1]);
        program.resetForward({ rows, hidden, gate, r, previous, q: extra, bias });
        recur([2]);
        program.ugrnnForward({
          ...{ rows, hidden, gate, update, distance, a: z, previous, h },
          bias: this.places.parameter('biasGate'),
        });
      },
    });
  }

  backward(program: ProgramBuilder, pass: BackwardPass): void {
    const { rows, states: previous, dh } = pass;
    const { gate, update, hiddenSize: hidden } = this.arch;
    const { columns, places, dq } = this;
    const { distance } = this.gates;
    const [r, z, c, extra] = this.matrices(rows);
    const after = resetOf(this.arch) === 'after';
    program.fill({ length: 4 * columns.stride, value: 0, target: columns });
    if (after) {
      this.linear.backward(program, {
        ...pass,
        gates: [{ a: r }, { a: z }, { a: c, apart: extra }],
        step: (recur) => {
          program.gruBackward({ rows, hidden, gate, update, distance, a: r, previous, dh, columns });
          recur();
        },
      });
    } else {
      const ofGateAndUpdate = { ...columns, ...within(columns, columns.stride) };
      this.linear.backward(program, {
        ...pass,
        gates: [{ a: r }, { a: z }, { a: c, reads: extra, dreads: dq }],
        step: (recur) => {
          const shared = { rows, hidden, gate, previous, dh };
          program.ugrnnBackward({ ...shared, update, distance, a: z, columns: ofGateAndUpdate });
          program.fill({ length: rows * dq.stride, value: 0, target: dq });
          recur([2]);
          program.resetBackward({ ...shared, r, dq, columns });
          recur([0, 1]);
        },
      });
    }
    const shape = { rows: after ? 4 : 3, columns: hidden, rowStride: hidden, columnStride: 1 };
    program.unpack({ ...shape, source: columns, target: places.gradientOf('biasReset') });
  }

  private matrices(rows: number): Matrix[] {
    return [0, 1, 2, 3].map((i) => this.gates.of(i, rows));
  }
}
