import {
  packedWords,
  rowStride,
  type Layout,
  type Matrix,
  type Operand,
  type ProgramBuilder,
} from '../../kernels/index.js';
import type { Transform } from './materialised.js';

/** A factor of a product: where it lies, and where its gradient is to be written. */
export interface Factor {
  readonly matrix: Matrix;
  readonly gradient: Matrix;
}

/**
 * U = A diag(s) B^T with singular values in a band around 1, A and B [H, H] being orthogonal:
 *   s = 1 + 2 margin (sigmoid(p) - 1/2)
 * (Zhang et al. 2018, "Stabilizing Gradients for Deep Neural Networks via Efficient SVD Parameterization", section 5, and Vorontsov
 * et al. 2017, "On Orthogonality and Learning Recurrent Networks with Long Term Dependencies", equation (5)).
 * Backwards, with G = dL/dU:
 *   C = G B,  dL/dA = C diag(s),  dL/ds_i = (A^T C)_ii,  dL/dB = G^T A diag(s)
 */
export class SingularValues implements Transform {
  readonly matrix: Matrix;
  readonly gradient: Matrix;
  private readonly a: Factor;
  private readonly b: Factor;
  private readonly p: { readonly parameter: Operand; readonly gradient: Operand };
  private readonly size: number;
  private readonly margin: number;
  private readonly packed: Operand;
  /** sigmoid(p), s and dL/ds. */
  private readonly sigmoid: Operand;
  private readonly s: Operand;
  private readonly ds: Operand;
  /** A diag(s), and C: [H][H]. */
  private readonly scaled: Matrix;
  private readonly c: Matrix | undefined;

  constructor(o: {
    layout: Layout;
    a: Factor;
    b: Factor;
    p: { readonly parameter: Operand; readonly gradient: Operand };
    size: number;
    margin: number;
    training: boolean;
  }) {
    const { layout, size, training } = o;
    this.a = o.a;
    this.b = o.b;
    this.p = o.p;
    this.size = size;
    this.margin = o.margin;
    const square = (there: boolean) => layout.matrix(there ? size : 0, rowStride(size));
    this.matrix = square(true);
    this.gradient = square(training);
    this.scaled = square(true);
    this.packed = layout.vector(packedWords(size, size));
    [this.sigmoid, this.s, this.ds] = [0, 1, 2].map(() => layout.vector(size));
    if (training) this.c = square(true);
  }

  materialise(program: ProgramBuilder): void {
    const { size, margin, packed, sigmoid, s, scaled, matrix } = this;
    const { matrix: a } = this.a;
    const { matrix: b } = this.b;
    program
      .activate({ kind: 'sigmoid', length: size, x: this.p.parameter, y: sigmoid })
      .affine({ length: size, scale: 2 * margin, shift: 1 - margin, x: sigmoid, y: s })
      .scaleColumns({ rows: size, columns: size, x: a, scale: s, y: scaled })
      .pack({ inner: size, columns: size, rowStride: 1, columnStride: b.stride, source: b, packed })
      .gemm({ rows: size, columns: size, inner: size, accumulate: false, a: scaled, packed, c: matrix });
  }

  pullBack(program: ProgramBuilder): void {
    const { size, margin, packed, sigmoid, s, ds, scaled, c, gradient: g } = this;
    if (!c) return;
    const { matrix: a, gradient: da } = this.a;
    const { matrix: b, gradient: db } = this.b;
    program
      .pack({ inner: size, columns: size, rowStride: b.stride, columnStride: 1, source: b, packed })
      .gemm({ rows: size, columns: size, inner: size, accumulate: false, a: g, packed, c })
      .columnProducts({ rows: size, columns: size, a, b: c, sums: ds })
      .sigmoidGradient({ length: size, factor: 2 * margin, s: sigmoid, dy: ds, gradient: this.p.gradient })
      .scaleColumns({ rows: size, columns: size, x: c, scale: s, y: da })
      .fill({ length: size * db.stride, value: 0, target: db })
      .gemmTransposed({ rows: size, aColumns: size, bColumns: size, a: g, b: scaled, c: db });
  }
}
