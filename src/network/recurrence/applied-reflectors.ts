import { packedWords, rowStride, type Matrix, type Operand, type ProgramBuilder } from '../../kernels/index.js';
import { forRows, type CellLimits } from '../places.js';
import type { LinearMap } from './linear-map.js';
import { ReflectorProduct, type ReflectorOptions } from './reflector-product.js';
import { WeightGradient } from './weight-gradient.js';

/**
 * y = x Q^T with an orthogonal Q of few reflectors, applied without Q itself: I + V^T Y is a matrix of low rank beside x.
 *   s = x Y^T,  y = x + s V;   ds = dy V^T,  dx = dy + ds Y;   dV' = s^T dy,  dY = ds^T x
 * 4 m H products a row in the place of H^2 2: it pays up to `mostApplied`.
 */
export class AppliedReflectors implements LinearMap {
  private readonly o: ReflectorOptions;
  private readonly product: ReflectorProduct;
  /** s and ds, [steps][rows][m]. */
  private readonly s: Matrix;
  private readonly packed: { readonly y: Operand; readonly v: Operand };
  private readonly back:
    | {
        readonly ds: Matrix;
        readonly packed: { readonly y: Operand; readonly v: Operand };
        readonly sums: { readonly v: WeightGradient; readonly y: WeightGradient };
        readonly dv: Matrix;
        readonly dy: Matrix;
      }
    | undefined;

  constructor(o: ReflectorOptions & { readonly limits: CellLimits }) {
    const { layout, reflectors: m, size, limits } = o;
    this.o = o;
    this.product = new ReflectorProduct(o);
    this.s = layout.sequence(limits.steps, limits.rows, rowStride(m));
    const [inward, outward] = [packedWords(size, m), packedWords(m, size)];
    this.packed = { y: layout.vector(inward), v: layout.vector(outward) };
    if (!limits.training) return;
    const [dv, dy] = [0, 1].map(() => layout.matrix(m, rowStride(size)));
    this.back = {
      ds: layout.sequence(limits.steps, limits.rows, rowStride(m)),
      packed: { y: layout.vector(outward), v: layout.vector(inward) },
      sums: { v: new WeightGradient(layout, m, size), y: new WeightGradient(layout, m, size) },
      ...{ dv, dy },
    };
  }

  prepare(program: ProgramBuilder): void {
    const { product, packed, back } = this;
    const { reflectors: m, size } = this.o;
    const { v, y } = product;
    product.prepare(program);
    const [inward, outward] = [
      { inner: size, columns: m, rowStride: 1 },
      { inner: m, columns: size, columnStride: 1 },
    ];
    program
      .pack({ ...inward, columnStride: y.stride, source: y, packed: packed.y })
      .pack({ ...outward, rowStride: v.stride, source: v, packed: packed.v });
    if (!back) return;
    program
      .pack({ ...inward, columnStride: v.stride, source: v, packed: back.packed.v })
      .pack({ ...outward, rowStride: y.stride, source: y, packed: back.packed.y });
  }

  forward(program: ProgramBuilder, o: { rows: number; x: Matrix; y: Matrix; accumulate: boolean }): void {
    this.apply(program, { ...o, inner: inStep(this.s, o.x), inward: this.packed.y, outward: this.packed.v });
  }

  backward(program: ProgramBuilder, o: { rows: number; dy: Matrix; dx?: Matrix }): void {
    const { back } = this;
    if (!back || !o.dx) return;
    const packed = { inward: back.packed.v, outward: back.packed.y };
    this.apply(program, { rows: o.rows, x: o.dy, y: o.dx, accumulate: true, inner: inStep(back.ds, o.dy), ...packed });
  }

  /** inner <- x times one packed matrix, y <- x + inner times the other. */
  private apply(
    program: ProgramBuilder,
    o: {
      rows: number;
      x: Matrix;
      y: Matrix;
      accumulate: boolean;
      inner: Matrix;
      inward: Operand;
      outward: Operand;
    },
  ): void {
    const { rows, x, y, inner } = o;
    const { reflectors: m, size } = this.o;
    program
      .gemm({ rows, columns: m, inner: size, accumulate: false, a: x, packed: o.inward, c: inner })
      .gemm({ rows, columns: size, inner: m, accumulate: o.accumulate, a: inner, packed: o.outward, c: y });
    this.product.add(program, rows * y.stride, x, y);
  }

  clearGradients(program: ProgramBuilder): void {
    this.back?.sums.v.clear(program);
    this.back?.sums.y.clear(program);
  }

  addGradients(program: ProgramBuilder, o: { rows: number; dy: Matrix; x: Matrix }): void {
    const { back } = this;
    if (!back) return;
    const { rows, dy, x } = o;
    back.sums.v.add(program, { rows, dy: inStep(this.s, dy), x: dy });
    back.sums.y.add(program, { rows, dy: inStep(back.ds, dy), x });
  }

  storeGradients(program: ProgramBuilder): void {
    if (!this.back) return;
    const { sums, dv, dy } = this.back;
    sums.v.store(program, dv);
    sums.y.store(program, dy);
    this.product.pullBack(program, { dv, dy });
  }
}

/** s or ds with as many rows a step as `matrix` has. */
function inStep(own: Matrix, matrix: Matrix): Matrix {
  return forRows(own, matrix.step / matrix.stride);
}
