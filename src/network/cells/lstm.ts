import { rowStride, type Layout, type Matrix, type ProgramBuilder } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import { forRows, type CellLimits, type Places } from '../places.js';
import { Preactivation, written } from '../recurrence/preactivation.js';
import type { BackwardPass, Cell, ForwardPass } from './cell.js';
import { GateMatrices } from './gates.js';

/**
 * LSTM (Hochreiter and Schmidhuber, 1997, with the forget gate of Gers et al., 2000), without peepholes:
 *   i_t  = gate(W_i x_t + U_i h_{t-1} + b_i)      tensors WInput, UInput, biasInput
 *   f_t  = gate(W_f x_t + U_f h_{t-1} + b_f)      WForget, UForget, biasForget
 *   c~_t = update(W_c x_t + U_c h_{t-1} + b_c)    WUpdate, UUpdate, biasUpdate
 *   o_t  = gate(W_o x_t + U_o h_{t-1} + b_o)      WOutput, UOutput, biasOutput
 *   c_t  = f_t c_{t-1} + i_t c~_t,  h_t = o_t update(c_t)
 * Backwards, with g = dL/dh_t, and e = dL/dc_t:
 *   e = e' + g o_t update'(c_t)                   e': what step t + 1 left, 0 at the last
 *   dL/da_i = e c~_t gate',  dL/da_f = e c_{t-1} gate',  dL/da_c = e i_t update',  dL/da_o = g update(c_t) gate'
 *   dL/dh_{t-1} = sum over gates U^T dL/da,  and f_t e is left for c_{t-1}
 * Summed over rows and steps, dL/da are the gradients of the biases.
 */
export class LSTM implements Cell {
  private readonly arch: Architecture;
  private readonly places: Places;
  private readonly linear: Preactivation;
  /** Of i, f, c~ and o: a_t, then the gate itself, then dL/da_t. */
  private readonly gates: GateMatrices;
  /** c_0 .. c_T: [steps + 1][rows][hiddenSize]. */
  private readonly cells: Matrix;
  /** update(c_t): [steps][rows][hiddenSize]; without training one step alone. */
  private readonly squashed: Matrix;
  /** e', [rows][hiddenSize]. */
  private readonly dc: Matrix;
  /** Column sums of the gradients of the biases: [4][hiddenSize]. */
  private readonly columns: Matrix;
  private readonly training: boolean;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: CellLimits) {
    this.arch = arch;
    this.places = places;
    this.training = limits.training;
    this.linear = new Preactivation(arch, layout, places, limits, ['Input', 'Forget', 'Update', 'Output']);
    this.gates = new GateMatrices(arch, layout, limits, 4);
    const stride = rowStride(arch.hiddenSize);
    this.cells = layout.sequence(limits.steps + 1, limits.rows, stride);
    this.squashed = layout.sequence(limits.training ? limits.steps : 1, limits.rows, stride);
    this.dc = layout.matrix(limits.training ? limits.rows : 0, stride);
    this.columns = layout.matrix(4, stride);
  }

  /** c_0 .. c_T. */
  get carried(): Matrix {
    return this.cells;
  }

  prepare(program: ProgramBuilder): void {
    this.linear.prepare(program);
  }

  forward(program: ProgramBuilder, pass: ForwardPass): void {
    const { rows, states } = pass;
    const { gate, update, hiddenSize: hidden } = this.arch;
    const { distance } = this.gates;
    const [a, ...others] = this.matrices(rows);
    const cells = forRows(this.cells, rows);
    const squashed = this.squashedOf(rows);
    const bias = this.places.parameter('biasInput'); // biasForget, biasUpdate and biasOutput follow it
    if (!pass.resumed) program.fill({ length: cells.step, value: 0, target: cells });
    this.linear.forward(program, {
      ...pass,
      gates: [a, ...others].map((matrix) => ({ a: matrix })),
      step: (recur) => {
        recur();
        const shared = { rows, hidden, gate, update, distance, a, squashed, bias };
        program.lstmForward({ ...shared, previous: cells, h: written(states) });
      },
    });
  }

  backward(program: ProgramBuilder, pass: BackwardPass): void {
    const { rows, dh } = pass;
    const { gate, update, hiddenSize: hidden } = this.arch;
    const { columns, places, dc } = this;
    const { distance } = this.gates;
    const [a, ...others] = this.matrices(rows);
    const cells = forRows(this.cells, rows);
    const squashed = this.squashedOf(rows);
    program
      .fill({ length: 4 * columns.stride, value: 0, target: columns })
      .fill({ length: rows * dc.stride, value: 0, target: dc });
    this.linear.backward(program, {
      ...pass,
      gates: [a, ...others].map((matrix) => ({ a: matrix })),
      step: (recur) => {
        const shared = { rows, hidden, gate, update, distance, a, squashed };
        program.lstmBackward({ ...shared, previous: cells, dh, dc, columns });
        recur();
      },
    });
    const target = places.gradientOf('biasInput');
    program.unpack({ rows: 4, columns: hidden, rowStride: hidden, columnStride: 1, source: columns, target });
  }

  private matrices(rows: number): Matrix[] {
    return [0, 1, 2, 3].map((i) => this.gates.of(i, rows));
  }

  private squashedOf(rows: number): Matrix {
    return this.training ? forRows(this.squashed, rows) : { ...this.squashed, step: 0 };
  }
}
