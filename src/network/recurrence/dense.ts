import { packedWords, type Layout, type Matrix, type Operand, type ProgramBuilder } from '../../kernels/index.js';
import type { LinearMap } from './linear-map.js';
import { WeightGradient } from './weight-gradient.js';

/** y = x M^T with a full matrix M [outputs, inputs]. */
export class DenseMap implements LinearMap {
  private readonly weights: Matrix;
  private readonly gradient: Matrix;
  private readonly packed: Operand;
  private readonly packedTransposed: Operand | undefined;
  private readonly weightGradient: WeightGradient | undefined;
  private readonly outputs: number;
  private readonly inputs: number;

  constructor(o: {
    layout: Layout;
    /** [outputs][inputs], and where its gradient goes. */
    weights: Matrix;
    gradient: Matrix;
    outputs: number;
    inputs: number;
    training: boolean;
    /** Whether `backward` will be asked for dx. */
    inputGradient: boolean;
  }) {
    this.outputs = o.outputs;
    this.inputs = o.inputs;
    this.weights = o.weights;
    this.gradient = o.gradient;
    this.packed = o.layout.vector(packedWords(o.inputs, o.outputs));
    if (o.training) {
      this.weightGradient = new WeightGradient(o.layout, o.outputs, o.inputs);
      if (o.inputGradient) this.packedTransposed = o.layout.vector(packedWords(o.outputs, o.inputs));
    }
  }

  prepare(program: ProgramBuilder): void {
    const { outputs, inputs, weights: source } = this;
    program.pack({
      inner: inputs,
      columns: outputs,
      rowStride: 1,
      columnStride: source.stride,
      source,
      packed: this.packed,
    });
    if (this.packedTransposed) {
      const packed = this.packedTransposed;
      program.pack({ inner: outputs, columns: inputs, rowStride: source.stride, columnStride: 1, source, packed });
    }
  }

  forward(program: ProgramBuilder, o: { rows: number; x: Matrix; y: Matrix; accumulate: boolean }): void {
    const { outputs: columns, inputs: inner, packed } = this;
    program.gemm({ rows: o.rows, columns, inner, accumulate: o.accumulate, a: o.x, packed, c: o.y });
  }

  backward(program: ProgramBuilder, o: { rows: number; dy: Matrix; dx?: Matrix }): void {
    const { outputs: inner, inputs: columns, packedTransposed: packed } = this;
    if (o.dx && packed) program.gemm({ rows: o.rows, columns, inner, accumulate: true, a: o.dy, packed, c: o.dx });
  }

  clearGradients(program: ProgramBuilder): void {
    this.weightGradient?.clear(program);
  }

  addGradients(program: ProgramBuilder, o: { rows: number; dy: Matrix; x: Matrix }): void {
    this.weightGradient?.add(program, o);
  }

  storeGradients(program: ProgramBuilder): void {
    this.weightGradient?.store(program, this.gradient);
  }
}
