import { shift, type Layout, type Matrix, type ProgramBuilder, type Span } from '../../kernels/index.js';
import type { Architecture } from '../architecture.js';
import type { BackwardPass, ForwardPass } from '../cells/cell.js';
import type { CellLimits, Places } from '../places.js';
import { DenseMap } from './dense.js';
import type { LinearMap } from './linear-map.js';
import { LowRankMap } from './low-rank.js';
import { recurrentMap } from './transforms.js';

/**
 * Rows that one product of a chunk of time steps has at least: enough to work well, few enough that a chunk is still in the
 * second cache when the next operation wants it.
 */
const CHUNK_ROWS = 96;

/**
 * a_t = W x_t + U h_{t-1}, once for each gate that has matrices of its own, with h_0 = 0 unless a pass is resumed. Matrices are
 * [steps][rows][...]; states start with h_0, so that step t of `states` is what step t reads.
 * Time runs in chunks of some steps. Forwards, a chunk's inputs are projected in one product, then U alone is left for each
 * step; backwards, a chunk's weight gradients are taken in one product over all its rows. Step 0 stands apart: U h_0 = 0 where h_0 is.
 */
export class Preactivation {
  private readonly w: readonly LinearMap[];
  private readonly u: readonly LinearMap[];

  /** @param gates what the names of each gate's tensors end in: '' for W and U themselves */
  constructor(arch: Architecture, layout: Layout, places: Places, limits: CellLimits, gates: readonly string[] = ['']) {
    const map = (name: string, inputs: number, rank: number, inputGradient: boolean): LinearMap => {
      const shared = { layout, outputs: arch.hiddenSize, inputs, inputGradient };
      if (rank > 0) return new LowRankMap({ ...shared, places, name, rank, limits });
      const weights = { ...places.parameter(name), stride: inputs };
      const gradient = { ...places.gradientOf(name), stride: inputs };
      return new DenseMap({ ...shared, weights, gradient, training: limits.training });
    };
    this.w = gates.map((gate) => map(`W${gate}`, arch.inputSize, arch.wRank, limits.inputGradient));
    const made = recurrentMap(arch, layout, places, limits);
    this.u = made ? [made] : gates.map((gate) => map(`U${gate}`, arch.hiddenSize, arch.uRank, true));
  }

  prepare(program: ProgramBuilder): void {
    for (const map of [...this.w, ...this.u]) map.prepare(program);
  }

  /**
   * Step by step W x_t, then `step`, which says when which gates' U is to follow, and `written`.
   */
  forward(
    program: ProgramBuilder,
    o: Sequence & Pick<ForwardPass, 'written'> & { step: (recur: Recur) => void },
  ): void {
    const { rows, x, gates } = o;
    const project = (count: number) =>
      this.w.forEach((w, i) => w.forward(program, { rows: count, x, y: gates[i].a, accumulate: false }));
    const recur = (known: boolean) => (only?: readonly number[]) => {
      for (const i of only ?? gates.keys()) {
        const { a, reads = o.states, apart } = gates[i];
        if (known) this.u[i].forward(program, { rows, x: reads, y: apart ?? a, accumulate: !apart });
        else if (apart) program.fill({ length: rows * apart.stride, value: 0, target: apart });
      }
    };
    program.once();
    project(rows);
    o.step(recur(o.resumed === true));
    o.written?.();
    const { whole, rest } = chunks(o);
    for (const { span, length } of [whole, rest]) {
      program.over(span);
      project(rows * length);
      program.repeat({ first: 0, steps: length, increment: 1 }, () => {
        o.step(recur(true));
        o.written?.();
      });
    }
  }

  /**
   * Step by step backwards: `inject`, then `step`, which leaves each gate's gradient in its matrices and the cell's own share of
   * dL/dh_{t-1} in dh, and says when which gates' way through U is to be added to it; with it, the gradients of W and U, and of x
   * where dx is given.
   */
  backward(
    program: ProgramBuilder,
    o: Sequence & Pick<BackwardPass, 'dh' | 'inject' | 'dx'> & { step: (recur: Recur) => void },
  ): void {
    const { rows, x, states, gates } = o;
    const dx = o.dx ? { dx: o.dx } : {};
    const recur = (only?: readonly number[]) => {
      for (const i of only ?? gates.keys()) {
        const { a, apart = a, dreads = o.dh } = gates[i];
        this.u[i].backward(program, { rows, dy: apart, dx: dreads });
      }
    };
    const inputs = (count: number) => {
      this.w.forEach((w, i) => {
        w.backward(program, { rows: count, dy: gates[i].a, ...dx });
        w.addGradients(program, { rows: count, dy: gates[i].a, x });
      });
    };
    const recurrent = (count: number) => {
      this.u.forEach((u, i) => {
        const { a, apart = a, reads = states } = gates[i];
        u.addGradients(program, { rows: count, dy: apart, x: reads });
      });
    };
    program.once();
    for (const map of [...this.w, ...this.u]) map.clearGradients(program);
    const { whole, rest } = chunks(o);
    for (const { span, length } of [rest, whole]) {
      program.over(reversed(span));
      program.repeat({ first: length - 1, steps: length, increment: -1 }, () => {
        o.inject?.();
        o.step(recur);
      });
      inputs(rows * length);
      recurrent(rows * length);
    }
    program.once();
    o.inject?.();
    o.step(o.resumed ? recur : () => {}); // nothing reads dL/dh_0, but what multiplies h_0 may be read through U
    inputs(rows);
    if (o.resumed) recurrent(rows);
    for (const map of [...this.w, ...this.u]) map.storeGradients(program);
  }
}

/** Takes the gates' U into account at the step at hand: all of them, in their order, or only some. */
export type Recur = (only?: readonly number[]) => void;

/** Where one gate's products lie, [steps][rows][hiddenSize] each. */
export interface GateProducts {
  /** Forwards a_t, backwards its gradient. */
  readonly a: Matrix;
  /** Where U's product stands, and its gradient, if it isn't added to a. */
  readonly apart?: Matrix;
  /** What U multiplies, if not h_{t-1}; and where what comes back through U is added, if not to dh. */
  readonly reads?: Matrix;
  readonly dreads?: Matrix;
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
  /** In the order of the gates that the constructor was given. */
  readonly gates: readonly GateProducts[];
  /** Whether h_0 may be another state than 0. */
  readonly resumed?: boolean | undefined;
}

/** States one step on: step t is h_t, which step t writes. */
export function written(states: Matrix): Matrix {
  return shift(states, 1);
}
