import { rowStride, type Layout, type Matrix, type Operand, type ProgramBuilder } from '../kernels/index.js';
import type { Architecture } from './architecture.js';
import { forRows, type Limits, type Places } from './places.js';

/**
 * The inputs x_t of the cell: given, or rows of an embedding E [V, D] that tokens name:
 *   x_t = E[token_t];   dE[v] = sum of dx_t over all rows and steps with token_t = v
 */
export class Inputs {
  /** [steps][rows][inputSize] */
  readonly x: Matrix;
  /** Int32 [steps][rows], where the network has an embedding. */
  readonly tokens: Operand;
  /** The gradient of x, where the embedding needs it. */
  private readonly dx: Matrix | undefined;
  private readonly arch: Architecture;
  private readonly places: Places;

  constructor(arch: Architecture, layout: Layout, places: Places, limits: Limits) {
    this.arch = arch;
    this.places = places;
    const { rows, steps, training } = limits;
    const stride = rowStride(arch.inputSize);
    const embedded = arch.vocabulary > 0;
    this.x = layout.sequence(steps, rows, stride);
    this.tokens = layout.vector(embedded ? steps * rows : 0);
    this.dx = embedded && training ? layout.sequence(steps, rows, stride) : undefined;
  }

  /** Looks the tokens up. */
  forward(program: ProgramBuilder, o: { rows: number; steps: number }): void {
    const { vocabulary: count, inputSize: columns } = this.arch;
    if (count === 0) return;
    const table = this.places.parameter('embedding');
    program.once().gatherRows({ rows: o.rows * o.steps, columns, count, indices: this.tokens, table, out: this.x });
  }

  /** Where the cell adds the gradient of x, set to 0; undefined where nobody wants it. */
  gradient(program: ProgramBuilder, o: { rows: number; steps: number }): Matrix | undefined {
    if (!this.dx) return undefined;
    const dx = forRows(this.dx, o.rows);
    program.fill({ length: o.steps * dx.step, value: 0, target: dx });
    return dx;
  }

  /** Gathers the embedding's gradient, after the cell's backward pass. */
  backward(program: ProgramBuilder, o: { rows: number; steps: number }): void {
    if (!this.dx) return;
    const { vocabulary: count, inputSize: columns } = this.arch;
    const table = this.places.gradientOf('embedding');
    program
      .once()
      .scatterRows({ rows: o.rows * o.steps, columns, count, indices: this.tokens, source: this.dx, table });
  }
}
