import { rowStride, type Layout, type Matrix, type ProgramBuilder } from '../../kernels/index.js';

/**
 * The gradient of a matrix M [outputs, inputs] of y = x M^T: dM = sum over rows of dy^T x, summed up in a padded buffer.
 * The buffer holds dM or its transpose, whichever wastes fewer lanes; the numbers are the same.
 */
export class WeightGradient {
  private readonly transposed: boolean;
  private readonly sum: Matrix;
  private readonly outputs: number;
  private readonly inputs: number;

  constructor(layout: Layout, outputs: number, inputs: number) {
    this.outputs = outputs;
    this.inputs = inputs;
    const computed = (rows: number, columns: number) => rows * Math.ceil(columns / 4) * 4;
    this.transposed =
      computed(inputs, outputs) < computed(outputs, inputs) ||
      (computed(inputs, outputs) === computed(outputs, inputs) && outputs > inputs);
    const [rows, columns] = this.transposed ? [inputs, outputs] : [outputs, inputs];
    this.sum = layout.matrix(rows, rowStride(columns));
  }

  /** dM <- 0. */
  clear(program: ProgramBuilder): void {
    const rows = this.transposed ? this.inputs : this.outputs;
    program.fill({ length: rows * this.sum.stride, value: 0, target: this.sum });
  }

  /** dM <- dM + dy^T x, from dy [rows, outputs] and x [rows, inputs]. */
  add(program: ProgramBuilder, o: { rows: number; dy: Matrix; x: Matrix }): void {
    const { outputs, inputs, sum: c } = this;
    program.gemmTransposed(
      this.transposed
        ? { rows: o.rows, aColumns: inputs, bColumns: outputs, a: o.x, b: o.dy, c }
        : { rows: o.rows, aColumns: outputs, bColumns: inputs, a: o.dy, b: o.x, c },
    );
  }

  /** target <- dM, row-major. */
  store(program: ProgramBuilder, target: Matrix): void {
    const { outputs, inputs, sum: source } = this;
    program.unpack(
      this.transposed
        ? { rows: inputs, columns: outputs, rowStride: 1, columnStride: target.stride, source, target }
        : { rows: outputs, columns: inputs, rowStride: target.stride, columnStride: 1, source, target },
    );
  }
}
