import { wholeGroups, type Matrix, type Operand } from './operand.js';

/** Hands out places in an arena before it exists, so that its size is known when it is made. */
export class Layout {
  private words = 0;

  /** A flat vector of `length` words. Starts on 64 bytes and reaches to a whole group; nothing else lies in that room. */
  vector(length: number): Operand {
    const offset = this.words;
    this.words += Math.max(wholeGroups(length), 16);
    return { offset, step: 0 };
  }

  /** A matrix of `rows` rows that are `stride` words apart, the same one at every time step. */
  matrix(rows: number, stride: number): Matrix {
    return { ...this.vector(rows * stride), stride };
  }

  /** A matrix for each of `steps` time steps, one after the other. */
  sequence(steps: number, rows: number, stride: number): Matrix {
    const { offset } = this.vector(steps * rows * stride);
    return { offset, stride, step: rows * stride };
  }

  /** Bytes so far. One group is kept free at the end: kernels may read to the end of a vector that starts anywhere. */
  get bytes(): number {
    return (this.words + 16) * 4;
  }
}
