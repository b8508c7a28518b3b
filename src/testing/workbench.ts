import {
  Layout,
  packedWords,
  ProgramBuilder,
  rowStride,
  type Kernels,
  type Matrix,
  type Operand,
} from '../kernels/index.js';

/**
 * One program over values that are at hand: what tests and measurements use in place of an engine.
 * Place operands first, then `run`, then read.
 */
export class Workbench {
  private readonly layout = new Layout();
  private readonly contents: { offset: number; values: ArrayLike<number>; integers: boolean }[] = [];
  /** Rows of words that have a meaning. */
  private readonly rows: { offset: number; length: number }[] = [];

  /** A flat vector of float32 that holds `values`. */
  vector(values: ArrayLike<number>): Operand {
    const operand = this.layout.vector(values.length);
    this.contents.push({ offset: operand.offset, values, integers: false });
    this.rows.push({ offset: operand.offset, length: values.length });
    return operand;
  }

  /** A flat vector of int32 that holds `values`. */
  integers(values: ArrayLike<number>): Operand {
    const operand = this.layout.vector(values.length);
    this.contents.push({ offset: operand.offset, values, integers: true });
    this.rows.push({ offset: operand.offset, length: values.length });
    return operand;
  }

  /** Room for `words` words, zeroed. */
  room(words: number): Operand {
    const operand = this.layout.vector(words);
    this.rows.push({ offset: operand.offset, length: words });
    return operand;
  }

  /** Room for what an operation has in between, of which no result shows. */
  workspace(words: number): Operand {
    return this.layout.vector(words);
  }

  /** Room for a matrix that `pack` writes: each width of vectors has an order of its own, which no result shows. */
  packed(inner: number, columns: number): Operand {
    return this.layout.vector(packedWords(inner, columns));
  }

  /** A matrix [rows][columns] from row-major values. What pads the rows is NaN, so that a kernel that reads it is found. */
  matrix(rows: number, columns: number, values: ArrayLike<number>, padding = NaN): Matrix {
    const stride = rowStride(columns);
    const matrix = this.layout.matrix(rows, stride);
    const padded = new Float32Array(rows * stride).fill(padding);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) padded[i * stride + j] = values[i * columns + j];
    this.contents.push({ offset: matrix.offset, values: padded, integers: false });
    for (let i = 0; i < rows; i++) this.rows.push({ offset: matrix.offset + i * stride, length: columns });
    return matrix;
  }

  /** Runs what `compose` writes, and returns what reads the results. The same values can be run again, on other kernels. */
  run(kernels: Kernels, compose: (program: ProgramBuilder) => void): Results {
    const program = new ProgramBuilder();
    compose(program);
    const words = program.build();
    const { offset } = this.layout.vector(words.length);
    const arena = kernels.arena(this.layout.bytes);
    for (const content of this.contents) {
      const { length } = content.values;
      (content.integers ? arena.i32(content.offset, length) : arena.f32(content.offset, length)).set(content.values);
    }
    arena.i32(offset, words.length).set(words);
    arena.run(offset);
    return {
      again: () => arena.run(offset),
      floats: (operand, length) => [...arena.f32(operand.offset, length)],
      integers: (operand, length) => [...arena.i32(operand.offset, length)],
      matrix: (matrix, rows, columns) =>
        Array.from({ length: rows }, (_, i) => [...arena.f32(matrix.offset + i * matrix.stride, columns)]).flat(),
      words: () => {
        const found = new Int32Array(this.rows.reduce((sum, { length }) => sum + length, 0));
        let at = 0;
        for (const row of this.rows) {
          found.set(arena.i32(row.offset, row.length), at);
          at += row.length;
        }
        return new Uint8Array(found.map(oneNaN).buffer);
      },
    };
  }
}

/** The word itself, or, where it is the bits of a NaN, those of one NaN: which NaN comes out, processors don't agree on. */
function oneNaN(word: number): number {
  return (word & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : word;
}

/** Reads results of a run. */
export interface Results {
  /** Runs the same program once more. */
  again(): void;
  floats(operand: Operand, length: number): number[];
  integers(operand: Operand, length: number): number[];
  /** Row-major, without padding. */
  matrix(matrix: Matrix, rows: number, columns: number): number[];
  /** The bits of all that was placed, but for what pads rows and vectors, which may hold anything (kernels/vector.h, rule 4). */
  words(): Uint8Array;
}
