import type { Layout, Matrix, Operand, ProgramBuilder } from '../../kernels/index.js';
import { DenseMap } from './dense.js';
import type { LinearMap } from './linear-map.js';

/** A square matrix that is made of other parameters. */
export interface Transform {
  /** [size][size], written by `materialise`. */
  readonly matrix: Matrix;
  /** Its gradient, which `pullBack` reads and may overwrite, as it may the matrix. */
  readonly gradient: Matrix;
  /** Parameters to matrix. */
  materialise(program: ProgramBuilder): void;
  /** From the matrix's gradient: those of the parameters. */
  pullBack(program: ProgramBuilder): void;
}

/**
 * y = x M^T, where a transform makes M: once a pass, since M is the same at all its steps. The products of a pass are then those of a full
 * matrix, and what the transform costs is spread over all rows and steps (docs/networks.md has figures). Where there are `levels`, M is
 * rounded to them, and its gradient goes on as if it weren't (straight-through).
 */
export class MaterialisedMap implements LinearMap {
  private readonly transform: Transform;
  private readonly dense: DenseMap;
  private readonly levels: Operand | undefined;
  private readonly size: number;

  constructor(o: {
    layout: Layout;
    transform: Transform;
    size: number;
    training: boolean;
    levels: Operand | undefined;
  }) {
    const { layout, transform, size, training } = o;
    this.transform = transform;
    this.levels = o.levels;
    this.size = size;
    const { matrix: weights, gradient } = transform;
    const shape = { outputs: size, inputs: size, inputGradient: true };
    this.dense = new DenseMap({ layout, weights, gradient, ...shape, training });
  }

  prepare(program: ProgramBuilder): void {
    const { transform, levels } = this;
    const { matrix } = transform;
    transform.materialise(program);
    if (levels) program.roundLevels({ length: matrix.stride * this.size, levels, x: matrix });
    this.dense.prepare(program);
  }

  forward(program: ProgramBuilder, o: { rows: number; x: Matrix; y: Matrix; accumulate: boolean }): void {
    this.dense.forward(program, o);
  }

  backward(program: ProgramBuilder, o: { rows: number; dy: Matrix; dx?: Matrix }): void {
    this.dense.backward(program, o);
  }

  clearGradients(program: ProgramBuilder): void {
    this.dense.clearGradients(program);
  }

  addGradients(program: ProgramBuilder, o: { rows: number; dy: Matrix; x: Matrix }): void {
    this.dense.addGradients(program, o);
  }

  storeGradients(program: ProgramBuilder): void {
    this.dense.storeGradients(program);
    this.transform.pullBack(program);
  }
}
