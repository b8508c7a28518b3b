import { packedWords, rowStride, type Matrix, type Operand, type ProgramBuilder } from '../../kernels/index.js';
import type { Transform } from './materialised.js';
import { ReflectorProduct, type ReflectorOptions } from './reflector-product.js';

/**
 * An orthogonal matrix from reflectors, as a matrix: the U of an oRNN, and either factor of a SpectralRNN.
 *   Q = I + V^T Y;   dV' = Y G^T,  dY = V G  with G = dL/dQ
 */
export class Reflectors implements Transform {
  readonly matrix: Matrix;
  readonly gradient: Matrix;
  private readonly o: ReflectorOptions;
  private readonly product: ReflectorProduct;
  private readonly back: { readonly packed: Operand; readonly dv: Matrix; readonly dy: Matrix } | undefined;

  constructor(o: ReflectorOptions) {
    const { layout, reflectors, size, training } = o;
    this.o = o;
    this.product = new ReflectorProduct(o);
    this.matrix = layout.matrix(size, rowStride(size));
    this.gradient = layout.matrix(training ? size : 0, rowStride(size));
    if (training) {
      const [dv, dy] = [0, 1].map(() => layout.matrix(reflectors, rowStride(size)));
      this.back = { packed: layout.vector(packedWords(size, size)), dv, dy };
    }
  }

  materialise(program: ProgramBuilder): void {
    const { matrix, product } = this;
    const { reflectors: m, size } = this.o;
    product.prepare(program);
    program
      .identity({ size, x: matrix })
      .gemmTransposed({ rows: m, aColumns: size, bColumns: size, a: product.v, b: product.y, c: matrix });
  }

  pullBack(program: ProgramBuilder): void {
    if (!this.back) return;
    const { gradient, product } = this;
    const { packed, dv, dy } = this.back;
    const { reflectors: rows, size } = this.o;
    const g = { inner: size, columns: size, source: gradient, packed };
    const shape = { rows, columns: size, inner: size, accumulate: false, packed };
    program
      .pack({ ...g, rowStride: gradient.stride, columnStride: 1 })
      .gemm({ ...shape, a: product.v, c: dy })
      .pack({ ...g, rowStride: 1, columnStride: gradient.stride })
      .gemm({ ...shape, a: product.y, c: dv });
    product.pullBack(program, { dv, dy });
  }
}
