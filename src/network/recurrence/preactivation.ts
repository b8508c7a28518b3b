import { shift, type Layout, type Matrix, type ProgramBuilder, type Span } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import type { BackwardPass, ForwardPass } from '../cells/cell.js';
import type { CellLimits, Places } from '../places.js';
import { DenseMap } from './dense.js';
import type { LinearMap } from './linear-map.js';
import { LowRankMap } from './low-rank.js';
import { MaterialisedMap } from './materialised.js';
import { transformOf } from './transforms.js';

/**
 * Rows that one product of a chunk of time steps has at least: enough to work well, few enough that a chunk is still in the
 * second cache when the next operation wants it.
 */
const CHUNK_ROWS = 96;

/**
 * a_t = W x_t + U h_{t-1}, which both cells share, with h_0 = 0 unless a pass is resumed. Matrices are [steps][rows][...]; states start with h_0, so
 * that step t of `states` is what step t reads.
 * Time runs in chunks of some steps. Forwards, a chunk's inputs are projected in one product, then U alone is left for each
 * step; backwards, a chunk's weight gradients are taken in one product over all its rows. Step 0 stands apart: U h_0 = 0.
 */
export class Preactivation {
  private readonly w: LinearMap;
  private readonly u: LinearMap;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: CellLimits) {
    const map = (name: string, inputs: number, rank: number, inputGradient: boolean): LinearMap => {
      const shared = { layout, outputs: arch.hiddenSize, inputs, inputGradient };
      if (rank > 0) return new LowRankMap({ ...shared, places, name, rank, limits });
      const weights = { ...places.parameter(name), stride: inputs };
      const gradient = { ...places.gradientOf(name), stride: inputs };
      return new DenseMap({ ...shared, weights, gradient, training: limits.training });
    };
    this.w = map('W', arch.inputSize, arch.wRank, limits.inputGradient);
    const transform = transformOf(arch, layout, places, limits.training);
    this.u = transform
      ? new MaterialisedMap({ layout, transform, size: arch.hiddenSize, training: limits.training })
      : map('U', arch.hiddenSize, arch.uRank, true);
  }

  prepare(program: ProgramBuilder): void {
    this.w.prepare(program);
    this.u.prepare(program);
  }

  /** Step by step a_t <- W x_t + U h_{t-1}, `pass`, and `written`. */
  forward(
    program: ProgramBuilder,
    o: Sequence & Pick<ForwardPass, 'written' | 'resumed'> & { pass: () => void },
  ): void {
    const { rows, x, states, a } = o;
    program.once();
    this.w.forward(program, { rows, x, y: a, accumulate: false });
    if (o.resumed) this.u.forward(program, { rows, x: states, y: a, accumulate: true });
    o.pass();
    o.written?.();
    const { whole, rest } = chunks(o);
    for (const { span, length } of [whole, rest]) {
      program.over(span);
      this.w.forward(program, { rows: rows * length, x, y: a, accumulate: false });
      program.repeat({ first: 0, steps: length, increment: 1 }, () => {
        this.u.forward(program, { rows, x: states, y: a, accumulate: true });
        o.pass();
        o.written?.();
      });
    }
  }

  /**
   * Step by step backwards: `inject`, then `pass`, which leaves the gradient of a_t in `a` and the cell's own share of dL/dh_{t-1} in dh,
   * then dh <- dh + U^T da_t; with it, the gradients of W and U, and of x where dx is given.
   */
  backward(
    program: ProgramBuilder,
    o: Sequence & Pick<BackwardPass, 'dh' | 'inject' | 'dx'> & { pass: () => void },
  ): void {
    const { rows, x, states, a } = o;
    const dx = o.dx ? { dx: o.dx } : {};
    program.once();
    this.w.clearGradients(program);
    this.u.clearGradients(program);
    const { whole, rest } = chunks(o);
    for (const { span, length } of [rest, whole]) {
      program.over(reversed(span));
      program.repeat({ first: length - 1, steps: length, increment: -1 }, () => {
        o.inject?.();
        o.pass();
        this.u.backward(program, { rows, dy: a, dx: o.dh });
      });
      this.w.backward(program, { rows: rows * length, dy: a, ...dx });
      this.w.addGradients(program, { rows: rows * length, dy: a, x });
      this.u.addGradients(program, { rows: rows * length, dy: a, x: states });
    }
    program.once();
    o.inject?.();
    o.pass(); // nothing reads dL/dh_0
    this.w.backward(program, { rows, dy: a, ...dx });
    this.w.addGradients(program, { rows, dy: a, x });
    this.w.storeGradients(program);
    this.u.storeGradients(program);
  }
}

/** Steps 1 .. T - 1 as chunks of equal length and a shorter rest, which may be empty. */
function chunks({ rows, steps }: Sequence): Record<'whole' | 'rest', { span: Span; length: number }> {
  const length = Math.ceil(CHUNK_ROWS / rows);
  const count = Math.floor((steps - 1) / length);
  const left = steps - 1 - count * length;
  return {
    whole: { span: { first: 1, steps: count, increment: length }, length },
    rest: { span: { first: 1 + count * length, steps: left > 0 ? 1 : 0, increment: 1 }, length: left },
  };
}

function reversed({ first, steps, increment }: Span): Span {
  return { first: first + (steps - 1) * increment, steps, increment: -increment };
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
