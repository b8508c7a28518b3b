import {
  packedWords,
  rowStride,
  type Layout,
  type Matrix,
  type Operand,
  type ProgramBuilder,
} from '../../kernels/index.js';
import type { Transform } from './materialised.js';

/**
 * An orthogonal matrix from m Householder reflectors, the rows v_1 .. v_m of V [m, H] (Mhammedi et al. 2017, "Efficient Orthogonal
 * Parametrisation of Recurrent Neural Networks Using Householder Reflections", equation (5)):
 *   Q = H(v_1) H(v_2) ... H(v_m),  H(v) = I - 2 v v^T / |v|^2
 * where v_i has i - 1 zeros first. It is the whole U of an oRNN, and either factor of a SpectralRNN.
 *
 * As one product of matrices (Joffrain et al. 2006, "Accumulating Householder Transformations, Revisited"), which runs at the
 * speed of products instead of that of m updates one after the other:
 *   S = what stands above the diagonal of V V^T, and half its diagonal
 *   Y = -S^-1 V,  Q = I + V^T Y
 * Backwards, with G = dL/dQ:
 *   P = -S^-T V G                          = dL/dV by way of Y's right-hand side
 *   D = P Y^T, from above the diagonal mirrored below it     = dL/d(V V^T) and its transpose
 *   dL/dV = Y G^T + P + D V
 */
export class Reflectors implements Transform {
  readonly matrix: Matrix;
  readonly gradient: Matrix;
  private readonly o: {
    readonly vectors: Matrix;
    readonly gradient: Operand;
    readonly reflectors: number;
    readonly size: number;
  };
  private readonly packed: Operand;
  /** S, as the Gram matrix that holds it: [m][m]. */
  private readonly gram: Matrix;
  /** [m][H] */
  private readonly y: Matrix;
  private readonly back: { readonly p: Matrix; readonly d: Matrix } | undefined;

  constructor(o: {
    layout: Layout;
    parameter: Operand;
    gradient: Operand;
    reflectors: number;
    size: number;
    training: boolean;
  }) {
    const { layout, parameter, gradient, reflectors, size, training } = o;
    this.o = { vectors: { ...parameter, stride: size }, gradient, reflectors, size };
    this.matrix = layout.matrix(size, rowStride(size));
    this.gradient = layout.matrix(training ? size : 0, rowStride(size));
    this.packed = layout.vector(
      Math.max(
        packedWords(size, reflectors),
        ...(training ? [packedWords(size, size), packedWords(reflectors, size)] : []),
      ),
    );
    this.gram = layout.matrix(reflectors, rowStride(reflectors));
    this.y = layout.matrix(reflectors, rowStride(size));
    if (training) {
      this.back = {
        p: layout.matrix(reflectors, rowStride(size)),
        d: layout.matrix(reflectors, rowStride(reflectors)),
      };
    }
  }

  materialise(program: ProgramBuilder): void {
    const { gram, y, matrix, packed } = this;
    const { vectors, reflectors: m, size } = this.o;
    program
      .pack({ inner: size, columns: m, rowStride: 1, columnStride: size, source: vectors, packed })
      .gemm({ rows: m, columns: m, inner: size, accumulate: false, a: vectors, packed, c: gram })
      .unpack({ rows: m, columns: size, rowStride: y.stride, columnStride: 1, source: vectors, target: y })
      .solveTriangle({ rows: m, columns: size, transposed: false, gram, x: y })
      .identity({ size, x: matrix })
      .gemmTransposed({ rows: m, aColumns: size, bColumns: size, a: vectors, b: y, c: matrix });
  }

  pullBack(program: ProgramBuilder): void {
    if (!this.back) return;
    const { gram, y, packed, gradient } = this;
    const { p, d } = this.back;
    const { vectors, reflectors: m, size } = this.o;
    const g = { inner: size, columns: size, source: gradient, packed };
    program
      // P
      .pack({ ...g, rowStride: gradient.stride, columnStride: 1 })
      .gemm({ rows: m, columns: size, inner: size, accumulate: false, a: vectors, packed, c: p })
      .solveTriangle({ rows: m, columns: size, transposed: true, gram, x: p })
      // D
      .pack({ inner: size, columns: m, rowStride: 1, columnStride: y.stride, source: y, packed })
      .gemm({ rows: m, columns: m, inner: size, accumulate: false, a: p, packed, c: d })
      .mirrorTriangle({ size: m, x: d })
      // dL/dV, in P's place
      .pack({ inner: m, columns: size, rowStride: size, columnStride: 1, source: vectors, packed })
      .gemm({ rows: m, columns: size, inner: m, accumulate: true, a: d, packed, c: p })
      .pack({ ...g, rowStride: 1, columnStride: gradient.stride })
      .gemm({ rows: m, columns: size, inner: size, accumulate: true, a: y, packed, c: p })
      .unpackTriangle({ rows: m, columns: size, source: p, target: this.o.gradient });
  }
}
