import { packedWords, rowStride, type Layout, type Matrix, type Operand } from '../../kernels/index.js';
import type { ProgramBuilder } from '../../kernels/index.js';
import { forRows, type CellLimits, type Places } from '../places.js';
import type { LinearMap } from './linear-map.js';
import { WeightGradient } from './weight-gradient.js';

/**
 * y = x M^T with M = M1 M2^T, M1 [outputs, rank] and M2 [inputs, rank] (section 3.2 of the paper):
 *   s = x M2,  y = s M1^T;   ds = dy M1,  dx = ds M2^T;   dM1 = dy^T s,  dM2 = x^T ds
 */
export class LowRankMap implements LinearMap {
  private readonly first: { weights: Operand; gradient: Matrix; packed: Operand };
  private readonly second: { weights: Operand; gradient: Matrix; packed: Operand };
  private readonly outputs: number;
  private readonly inputs: number;
  private readonly rank: number;
  /** s and ds, [steps][rows][rank]. */
  private readonly s: Matrix;
  private readonly training:
    | {
        ds: Matrix;
        packedFirst: Operand;
        packedSecond: Operand | undefined;
        firstGradient: WeightGradient;
        secondGradient: WeightGradient;
      }
    | undefined;

  constructor(o: {
    layout: Layout;
    places: Places;
    name: string;
    outputs: number;
    inputs: number;
    rank: number;
    limits: CellLimits;
    /** Whether `backward` will be asked for dx. */
    inputGradient: boolean;
  }) {
    const { layout, places, name, outputs, inputs, rank, limits } = o;
    this.outputs = outputs;
    this.inputs = inputs;
    this.rank = rank;
    const factor = (suffix: string, packed: number) => ({
      weights: places.parameter(name + suffix),
      gradient: { ...places.gradientOf(name + suffix), stride: rank },
      packed: layout.vector(packed),
    });
    this.first = factor('1', packedWords(rank, outputs));
    this.second = factor('2', packedWords(inputs, rank));
    const stride = rowStride(rank);
    this.s = layout.sequence(limits.steps, limits.rows, stride);
    if (limits.training) {
      this.training = {
        ds: layout.sequence(limits.steps, limits.rows, stride),
        packedFirst: layout.vector(packedWords(outputs, rank)),
        packedSecond: o.inputGradient ? layout.vector(packedWords(rank, inputs)) : undefined,
        firstGradient: new WeightGradient(layout, outputs, rank),
        secondGradient: new WeightGradient(layout, inputs, rank),
      };
    }
  }

  prepare(program: ProgramBuilder): void {
    const { outputs, inputs, rank, first, second, training } = this;
    const transposed = { rowStride: 1, columnStride: rank };
    const straight = { rowStride: rank, columnStride: 1 };
    program
      .pack({ inner: inputs, columns: rank, ...straight, source: second.weights, packed: second.packed })
      .pack({ inner: rank, columns: outputs, ...transposed, source: first.weights, packed: first.packed });
    if (training) {
      const { packedFirst, packedSecond } = training;
      program.pack({ inner: outputs, columns: rank, ...straight, source: first.weights, packed: packedFirst });
      if (packedSecond) {
        program.pack({ inner: rank, columns: inputs, ...transposed, source: second.weights, packed: packedSecond });
      }
    }
  }

  forward(program: ProgramBuilder, o: { rows: number; x: Matrix; y: Matrix; accumulate: boolean }): void {
    const { outputs, inputs, rank, first, second } = this;
    const s = this.inStep(this.s, o.x);
    program
      .gemm({ rows: o.rows, columns: rank, inner: inputs, accumulate: false, a: o.x, packed: second.packed, c: s })
      .gemm({
        rows: o.rows,
        columns: outputs,
        inner: rank,
        accumulate: o.accumulate,
        a: s,
        packed: first.packed,
        c: o.y,
      });
  }

  backward(program: ProgramBuilder, o: { rows: number; dy: Matrix; dx?: Matrix }): void {
    const { outputs: inner, inputs, rank, training } = this;
    if (!training) return;
    const { packedFirst, packedSecond } = training;
    const ds = this.inStep(training.ds, o.dy);
    program.gemm({ rows: o.rows, columns: rank, inner, accumulate: false, a: o.dy, packed: packedFirst, c: ds });
    if (o.dx && packedSecond) {
      program.gemm({
        rows: o.rows,
        columns: inputs,
        inner: rank,
        accumulate: true,
        a: ds,
        packed: packedSecond,
        c: o.dx,
      });
    }
  }

  clearGradients(program: ProgramBuilder): void {
    this.training?.firstGradient.clear(program);
    this.training?.secondGradient.clear(program);
  }

  addGradients(program: ProgramBuilder, o: { rows: number; dy: Matrix; x: Matrix }): void {
    if (!this.training) return;
    const { rows, dy, x } = o;
    const { ds, firstGradient, secondGradient } = this.training;
    firstGradient.add(program, { rows, dy, x: this.inStep(this.s, dy) });
    secondGradient.add(program, { rows, dy: x, x: this.inStep(ds, dy) });
  }

  storeGradients(program: ProgramBuilder): void {
    this.training?.firstGradient.store(program, this.first.gradient);
    this.training?.secondGradient.store(program, this.second.gradient);
  }

  /** s or ds with as many rows a step as `matrix` has. */
  private inStep(own: Matrix, matrix: Matrix): Matrix {
    return forRows(own, matrix.step / matrix.stride);
  }
}
