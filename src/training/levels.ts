import { exp, ln } from '../math/index.js';

/** How loud sounds are that are given as log energies. */
export class Levels {
  private readonly valuesOf: (row: number) => Int16Array;
  private readonly lsb: Float64Array;
  /** [rows], NaN where it isn't known yet. */
  private readonly levels: Float64Array;

  /** @param lsb [channels], nepers of energy of one count */
  constructor(count: number, valuesOf: (row: number) => Int16Array, lsb: Float64Array) {
    this.valuesOf = valuesOf;
    this.lsb = lsb;
    this.levels = new Float64Array(count).fill(NaN);
  }

  /** ln of the mean over frames and channels of a row's energies. */
  of(row: number): number {
    const known = this.levels[row];
    if (known === known) return known;
    const { lsb } = this;
    const values = this.valuesOf(row);
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += exp(values[i] * lsb[i % lsb.length]);
    const level = ln(sum / values.length);
    this.levels[row] = level;
    return level;
  }
}
