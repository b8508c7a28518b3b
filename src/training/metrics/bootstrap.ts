import { Random } from '../../math/index.js';

/** A 95 % interval: [low, high]. */
export type Interval = readonly [low: number, high: number];

/**
 * What each unit that is drawn (a person, a recording, a sequence) adds to a number of cells, such as those of a confusion
 * matrix. Unit u's entries stand at `starts[u]` up to `starts[u + 1]`.
 */
export interface Tallies {
  readonly units: number;
  readonly cells: number;
  readonly starts: Uint32Array;
  readonly cell: Uint32Array;
  readonly amount: Float64Array;
}

/**
 * Tallies of rows by unit.
 *
 * @param unitOf [rows]: the unit of each row, any whole numbers
 * @param add calls `into(cell, amount)` for everything that a row adds
 */
export function tally(
  unitOf: ArrayLike<number>,
  cells: number,
  add: (row: number, into: (cell: number, amount: number) => void) => void,
): Tallies {
  const rows = Uint32Array.from({ length: unitOf.length }, (_, row) => row).sort(
    (a, b) => unitOf[a] - unitOf[b] || a - b,
  );
  const starts = [0];
  const cell: number[] = [];
  const amount: number[] = [];
  const sums = new Float64Array(cells);
  const isTouched = new Uint8Array(cells);
  let touched: number[] = [];
  const into = (c: number, a: number) => {
    sums[c] += a;
    if (isTouched[c] === 0) touched.push(c);
    isTouched[c] = 1;
  };
  rows.forEach((row, i) => {
    add(row, into);
    if (i + 1 < rows.length && unitOf[rows[i + 1]] === unitOf[row]) return;
    for (const c of touched.sort((a, b) => a - b)) {
      cell.push(c);
      amount.push(sums[c]);
      sums[c] = 0;
      isTouched[c] = 0;
    }
    touched = [];
    starts.push(cell.length);
  });
  return {
    units: starts.length - 1,
    cells,
    starts: Uint32Array.from(starts),
    cell: Uint32Array.from(cell),
    amount: Float64Array.from(amount),
  };
}

/** How a bootstrap draws. */
export interface BootstrapOptions {
  /** Default 2000. */
  readonly draws?: number;
  /** Default 0. The same seed draws the same units. */
  readonly seed?: number;
}

/** Draws of a bootstrap. */
export const bootstrapDraws = 2000;
/** The level of a bootstrap interval: its ends leave out (1 - level) / 2 of the draws on either side. */
export const bootstrapLevel = 0.95;

/** The random stream of the draws. */
const drawStream = 3001;

/**
 * Percentile intervals by drawing whole units with replacement (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
 * chapters 8 and 13): rows of one person are alike, so they come and go together.
 *
 * @param evaluate from the cells' sums of a draw, every statistic; NaN where a draw doesn't define one
 * @returns for each statistic its interval; null where there are fewer than two units or no draw defines it
 */
export function bootstrap(
  tallies: Tallies,
  statistics: number,
  evaluate: (sums: Float64Array, out: Float64Array) => void,
  options: BootstrapOptions = {},
): (Interval | null)[] {
  const { units, starts, cell, amount } = tallies;
  if (units < 2) return new Array<null>(statistics).fill(null);
  const { draws = bootstrapDraws, seed = 0 } = options;
  const random = new Xoshiro128(new Random(seed, drawStream));
  // Of single sequences each adds 1 to one cell: the usual case of many units, and twice as fast.
  const single = cell.length === units && amount.every((a) => a === 1);
  const sums = new Float64Array(tallies.cells);
  const out = new Float64Array(statistics);
  const drawn = Array.from({ length: statistics }, () => new Float64Array(draws));
  for (let draw = 0; draw < draws; draw++) {
    sums.fill(0);
    if (single) for (let i = 0; i < units; i++) sums[cell[random.below(units)]]++;
    else
      for (let i = 0; i < units; i++) {
        const unit = random.below(units);
        for (let k = starts[unit]; k < starts[unit + 1]; k++) sums[cell[k]] += amount[k];
      }
    evaluate(sums, out);
    for (let s = 0; s < statistics; s++) drawn[s][draw] = out[s];
  }
  return drawn.map((values) => {
    const defined = values.filter((value) => !Number.isNaN(value)).sort();
    if (defined.length === 0) return null;
    const tail = (1 - bootstrapLevel) / 2;
    return [quantile(defined, tail), quantile(defined, 1 - tail)];
  });
}

/** A quantile of ascending values, linear between neighbours. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/**
 * The generator xoshiro128** 1.1 (Blackman and Vigna, 2018), seeded by four words of ours. Millions of draws need one that
 * takes a nanosecond or two; nothing that it draws reaches a model.
 */
export class Xoshiro128 {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seeds: { uint32(): number }) {
    this.a = seeds.uint32() | 0;
    this.b = seeds.uint32() | 0;
    this.c = seeds.uint32() | 0;
    this.d = seeds.uint32() | 0;
    if ((this.a | this.b | this.c | this.d) === 0) this.a = 1; // the one state that it never leaves
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const product = Math.imul(this.b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** An integer in [0, limit), all equally likely to within limit / 2^32. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 4294967296) * limit);
  }
}
