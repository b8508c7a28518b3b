import {
  packedWords,
  rowStride,
  type Layout,
  type Matrix,
  type Operand,
  type ProgramBuilder,
} from '../../kernels/index.js';

/** Where the reflectors lie, and what they are. */
export interface ReflectorOptions {
  readonly layout: Layout;
  /** V [m, H] without padding, and where its gradient goes. */
  readonly parameter: Operand;
  readonly gradient: Operand;
  /** m */
  readonly reflectors: number;
  /** H */
  readonly size: number;
  readonly training: boolean;
}

/**
 * A product of m Householder reflectors, the rows v_1 .. v_m of V [m, H] (Mhammedi et al. 2017, "Efficient Orthogonal Parametrisation of
 * Recurrent Neural Networks Using Householder Reflections", equation (5)):
 *   Q = H(v_1) H(v_2) ... H(v_m),  H(v) = I - 2 v v^T / |v|^2
 * where v_i has i - 1 zeros first. As one product of matrices (Joffrain et al. 2006, "Accumulating Householder Transformations,
 * Revisited"), which runs at the speed of products instead of that of m updates one after the other:
 *   S = what stands above the diagonal of V V^T, and half its diagonal
 *   Y = -S^-1 V,  Q = I + V^T Y
 * Backwards, from the gradients of V^T Y with respect to both as if they were independent, dV' and dY:
 *   P = -S^-T dY
 *   D = P Y^T, from above the diagonal mirrored below it     (dL/d(V V^T) and its transpose)
 *   dL/dV = dV' + P + D V
 */
export class ReflectorProduct {
  /** V */
  readonly v: Matrix;
  /** Y [m][H] */
  readonly y: Matrix;
  private readonly o: ReflectorOptions;
  private readonly packed: Operand;
  /** V V^T: [m][m]. */
  private readonly gram: Matrix;
  /** [m][m] */
  private readonly d: Matrix;
  private readonly one: Operand;

  constructor(o: ReflectorOptions) {
    const { layout, parameter, reflectors, size, training } = o;
    this.o = o;
    this.v = { ...parameter, stride: size };
    this.packed = layout.vector(Math.max(packedWords(size, reflectors), training ? packedWords(reflectors, size) : 0));
    this.gram = layout.matrix(reflectors, rowStride(reflectors));
    this.y = layout.matrix(reflectors, rowStride(size));
    this.d = layout.matrix(training ? reflectors : 0, rowStride(reflectors));
    this.one = layout.vector(1);
  }

  /** Y, from the parameters. */
  prepare(program: ProgramBuilder): void {
    const { gram, v, y, packed } = this;
    const { reflectors: m, size } = this.o;
    program
      .pack({ inner: size, columns: m, rowStride: 1, columnStride: size, source: v, packed })
      .gemm({ rows: m, columns: m, inner: size, accumulate: false, a: v, packed, c: gram })
      .unpack({ rows: m, columns: size, rowStride: y.stride, columnStride: 1, source: v, target: y })
      .solveTriangle({ rows: m, columns: size, transposed: false, gram, x: y });
  }

  /** The parameters' gradient from dV' and dY, both [m][H] with y's stride; dY is overwritten. */
  pullBack(program: ProgramBuilder, o: { dv: Matrix; dy: Matrix }): void {
    const { gram, v, y, d, packed } = this;
    const { reflectors: m, size } = this.o;
    const p = o.dy;
    program
      .solveTriangle({ rows: m, columns: size, transposed: true, gram, x: p })
      .pack({ inner: size, columns: m, rowStride: 1, columnStride: y.stride, source: y, packed })
      .gemm({ rows: m, columns: m, inner: size, accumulate: false, a: p, packed, c: d })
      .mirrorTriangle({ size: m, x: d })
      .pack({ inner: m, columns: size, rowStride: size, columnStride: 1, source: v, packed })
      .gemm({ rows: m, columns: size, inner: m, accumulate: true, a: d, packed, c: p });
    this.add(program, m * p.stride, o.dv, p);
    program.unpackTriangle({ rows: m, columns: size, source: p, target: this.o.gradient });
  }

  /** y[length] <- y + x. */
  add(program: ProgramBuilder, length: number, x: Operand, y: Operand): void {
    program.fill({ length: 1, value: 1, target: this.one }).addScaled({ length, x, scale: this.one, y });
  }
}
