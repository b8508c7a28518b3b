import { rowStride, type Layout, type Matrix, type ProgramBuilder } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import { type CellLimits, type Places } from '../places.js';
import { Preactivation, written } from '../recurrence/preactivation.js';
import type { BackwardPass, Cell, ForwardPass } from './cell.js';
import { GateMatrices } from './gates.js';

/**
 * UGRNN (Collins, Sohl-Dickstein and Sussillo, 2016): a GRU without reset.
 *   z_t  = gate(W_z x_t + U_z h_{t-1} + b_z)      tensors WGate, UGate, biasGate
 *   h~_t = update(W_h x_t + U_h h_{t-1} + b_h)    WUpdate, UUpdate, biasUpdate
 *   h_t  = (1 - z_t) h~_t + z_t h_{t-1}
 * Backwards, with g = dL/dh_t and a for what a nonlinearity takes:
 *   dL/da_z = g (h_{t-1} - h~_t) gate'            summed over rows and steps: dL/db_z
 *   dL/da_h = g (1 - z_t) update'                 summed: dL/db_h
 *   dL/dh_{t-1} = g z_t + U_z^T dL/da_z + U_h^T dL/da_h
 */
export class UGRNN implements Cell {
  private readonly arch: Architecture;
  private readonly places: Places;
  private readonly linear: Preactivation;
  /** Of gate and candidate: a_t, then z_t and h~_t, then dL/da_t. */
  private readonly gates: GateMatrices;
  /** Column sums of the gradients of b_z and b_h: [2][hiddenSize]. */
  private readonly columns: Matrix;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: CellLimits) {
    this.arch = arch;
    this.places = places;
    this.linear = new Preactivation(arch, layout, places, limits, ['Gate', 'Update']);
    this.gates = new GateMatrices(arch, layout, limits, 2);
    this.columns = layout.matrix(2, rowStride(arch.hiddenSize));
  }

  prepare(program: ProgramBuilder): void {
    this.linear.prepare(program);
  }

  forward(program: ProgramBuilder, pass: ForwardPass): void {
    const { rows, states } = pass;
    const { gate, update, hiddenSize: hidden } = this.arch;
    const { distance } = this.gates;
    const [z, c] = [0, 1].map((i) => this.gates.of(i, rows));
    const bias = this.places.parameter('biasGate'); // biasUpdate follows it
    this.linear.forward(program, {
      ...pass,
      gates: [{ a: z }, { a: c }],
      step: (recur) => {
        recur();
        const h = written(states);
        program.ugrnnForward({ rows, hidden, gate, update, distance, a: z, previous: states, h, bias });
      },
    });
  }

  backward(program: ProgramBuilder, pass: BackwardPass): void {
    const { rows, states, dh } = pass;
    const { gate, update, hiddenSize: hidden } = this.arch;
    const { columns, places } = this;
    const { distance } = this.gates;
    const [z, c] = [0, 1].map((i) => this.gates.of(i, rows));
    program.fill({ length: 2 * columns.stride, value: 0, target: columns });
    this.linear.backward(program, {
      ...pass,
      gates: [{ a: z }, { a: c }],
      step: (recur) => {
        program.ugrnnBackward({ rows, hidden, gate, update, distance, a: z, previous: states, dh, columns });
        recur();
      },
    });
    const target = places.gradientOf('biasGate');
    program.unpack({ rows: 2, columns: hidden, rowStride: hidden, columnStride: 1, source: columns, target });
  }
}
