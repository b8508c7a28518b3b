import { shift, type Layout, type Matrix, type ProgramBuilder } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import type { Limits, Places } from '../places.js';
import { DenseMap } from './dense.js';
import type { LinearMap } from './linear-map.js';
import { LowRankMap } from './low-rank.js';

/**
 * a_t = W x_t + U h_{t-1}, which both cells share, with h_0 = 0. Matrices are [steps][rows][...]; states start with h_0, so
 * that step t of `states` is what step t reads.
 * All inputs are projected in one product before the loop over time; in the loop, U alone; weight gradients in one product
 * over all rows of all steps after it.
 */
export class Preactivation {
  private readonly w: LinearMap;
  private readonly u: LinearMap;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: Limits) {
    const map = (name: string, inputs: number, rank: number, inputGradient: boolean): LinearMap => {
      const shared = { layout, places, name, outputs: arch.hiddenSize, inputs, inputGradient };
      return rank === 0
        ? new DenseMap({ ...shared, training: limits.training })
        : new LowRankMap({ ...shared, rank, limits });
    };
    this.w = map('W', arch.inputSize, arch.wRank, false);
    this.u = map('U', arch.hiddenSize, arch.uRank, true);
  }

  prepare(program: ProgramBuilder): void {
    this.w.prepare(program);
    this.u.prepare(program);
  }

  /** a <- W x, then step by step a_t <- a_t + U h_{t-1} and `pass`. */
  forward(program: ProgramBuilder, o: Sequence & { pass: () => void }): void {
    const { rows, steps, states } = o;
    program.once();
    this.w.forward(program, { rows: rows * steps, x: o.x, y: o.a, accumulate: false });
    program.over({ first: 0, steps: 1, increment: 1 });
    o.pass(); // U h_0 = 0
    program.over({ first: 1, steps: steps - 1, increment: 1 });
    this.u.forward(program, { rows, x: states, y: o.a, accumulate: true });
    o.pass();
  }

  /**
   * Step by step backwards: `pass`, which leaves the gradient of a_t in `a` and the cell's own share of dL/dh_{t-1} in dh,
   * then dh <- dh + U^T da_t; at last the gradients of W and U.
   */
  backward(program: ProgramBuilder, o: Sequence & { dh: Matrix; pass: () => void }): void {
    const { rows, steps, x, states, a } = o;
    program.over({ first: steps - 1, steps: steps - 1, increment: -1 });
    o.pass();
    this.u.backward(program, { rows, dy: a, dx: o.dh });
    program.over({ first: 0, steps: 1, increment: 1 });
    o.pass(); // nothing reads dL/dh_0
    program.once();
    this.w.backward(program, { rows: rows * steps, dy: a });
    this.w.gradients(program, { rows, first: 0, steps, x, dy: a });
    this.u.gradients(program, { rows, first: 1, steps: steps - 1, x: states, dy: a });
  }
}

interface Sequence {
  readonly rows: number;
  readonly steps: number;
  /** [steps][rows][inputSize] */
  readonly x: Matrix;
  /** [steps + 1][rows][hiddenSize], from h_0 */
  readonly states: Matrix;
  /** [steps][rows][hiddenSize]: a_t forwards, its gradient backwards */
  readonly a: Matrix;
}

/** States one step on: step t is h_t, which step t writes. */
export function written(states: Matrix): Matrix {
  return shift(states, 1);
}
