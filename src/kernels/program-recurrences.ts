import type { Matrix, Operand } from './operand.js';
import { floatBits } from './program-words.js';
import { CellPasses } from './program-cells.js';

/** What matrices of recurrences are made by: reflectors, rotations, steps that keep factors orthogonal. */
export class RecurrencePasses extends CellPasses {
  /** x [size][size] <- the identity matrix. */
  identity(o: { size: number; x: Matrix }): this {
    return this.write('identity', [o.size, o.x.stride], [o.x]);
  }

  /** x [rows][columns] <- -S^-1 x, or -S^-T x, where S is gram's [rows][rows] upper triangle with half its diagonal; see kernels/recurrence.c. */
  solveTriangle(o: { rows: number; columns: number; transposed: boolean; gram: Matrix; x: Matrix }): this {
    const sizes = [o.rows, o.columns, o.gram.stride, o.x.stride, Number(o.transposed)];
    return this.write('solveTriangle', sizes, [o.gram, o.x]);
  }

  /** x [size][size]: what stands above the diagonal becomes what stands below. */
  mirrorTriangle(o: { size: number; x: Matrix }): this {
    return this.write('mirrorTriangle', [o.size, o.x.stride], [o.x]);
  }

  /** target [rows][columns], without padding, <- source, 0 below the diagonal and in a last row of one number. */
  unpackTriangle(o: { rows: number; columns: number; source: Matrix; target: Operand }): this {
    return this.write('unpackTriangle', [o.rows, o.columns, o.source.stride], [o.source, o.target]);
  }

  /** y [rows][columns] <- x, column j times scale[j]. */
  scaleColumns(o: { rows: number; columns: number; x: Matrix; scale: Operand; y: Matrix }): this {
    return this.write('scaleColumns', [o.rows, o.columns, o.x.stride, o.y.stride], [o.x, o.scale, o.y]);
  }

  /** sums[columns] <- the sums of the products of a's and b's columns, rows in order. */
  columnProducts(o: { rows: number; columns: number; a: Matrix; b: Matrix; sums: Operand }): this {
    return this.write('columnProducts', [o.rows, o.columns, o.a.stride, o.b.stride], [o.a, o.b, o.sums]);
  }

  /** gradient[length] <- factor dy s (1 - s), s being the values of a sigmoid. */
  sigmoidGradient(o: { length: number; factor: number; s: Operand; dy: Operand; gradient: Operand }): this {
    return this.write('sigmoidGradient', [o.length, floatBits(o.factor)], [o.s, o.dy, o.gradient]);
  }

  /** u [2 units][2 units] <- the unitary matrix of phases and rotations, as a real one; see kernels/unitary.c for the shapes. */
  unitaryForward(o: {
    units: number;
    layers: number;
    fft: boolean;
    theta: Operand;
    phi: Operand;
    omega: Operand;
    waves: Operand;
    u: Matrix;
  }): this {
    const sizes = [o.units, o.layers, Number(o.fft), o.u.stride];
    return this.write('unitaryForward', sizes, [o.theta, o.phi, o.omega, o.waves, o.u]);
  }

  /** The gradients of its parameters from du [2 units][2 units]; u and du are overwritten. */
  unitaryBackward(o: {
    units: number;
    layers: number;
    fft: boolean;
    waves: Operand;
    u: Matrix;
    du: Matrix;
    dtheta: Operand;
    dphi: Operand;
    domega: Operand;
  }): this {
    const sizes = [o.units, o.layers, Number(o.fft), o.u.stride];
    return this.write('unitaryBackward', sizes, [o.waves, o.u, o.du, o.dtheta, o.dphi, o.domega]);
  }

  /** x [size][size] <- a step of gradient descent along geodesics of orthogonal matrices; gradient <- 0. scratch: 4 size^2 words. */
  cayleyStep(o: { size: number; x: Operand; gradient: Operand; rate: Operand; scratch: Operand }): this {
    return this.write('cayleyStep', [o.size], [o.x, o.gradient, o.rate, o.scratch]);
  }

  /** gradient [size][size] += 4 weight (x x^T - 1) x: that of weight |x x^T - 1|^2. scratch: 4 size^2 words. */
  orthogonalityPenalty(o: { size: number; weight: number; x: Operand; gradient: Operand; scratch: Operand }): this {
    return this.write('orthogonalityPenalty', [o.size, floatBits(o.weight)], [o.x, o.gradient, o.scratch]);
  }
}
