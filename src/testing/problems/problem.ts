import type { ProgramBuilder } from '../../kernels/index.js';
import type { Random } from '../../math/index.js';
import type { Rounded } from '../rounded.js';
import { Workbench, type Results } from '../workbench.js';

/** Values to run an operation on. */
export interface Problem {
  readonly bench: Workbench;
  readonly compose: (program: ProgramBuilder) => void;
  /** What must come out, from the operation's definition in float64. */
  readonly expected: () => readonly Expected[];
}

/** One result of an operation. */
export interface Expected {
  readonly name: string;
  readonly read: (results: Results) => readonly number[];
  readonly values: readonly Rounded[];
}

/** What problems are drawn from. */
export class Draw {
  readonly sizes: readonly [number, number, number];
  readonly random: Random;
  readonly bench = new Workbench();
  private readonly special: boolean;

  /** With `special`, some floats are zeros of either sign, infinities, NaN, subnormal, or near the ends of the range. */
  constructor(sizes: readonly [number, number, number], random: Random, special: boolean) {
    this.sizes = sizes;
    this.random = random;
    this.special = special;
  }

  /** Float32 values of deviation `scale`. */
  floats(length: number, scale = 1): number[] {
    return Array.from({ length }, () => this.ordinaryOr(() => Math.fround(scale * this.random.normal())));
  }

  /** Float32 values in [low, high). */
  between(length: number, low: number, high: number): number[] {
    return Array.from({ length }, () => this.ordinaryOr(() => Math.fround(low + (high - low) * this.random.uniform())));
  }

  /** Integers in [low, high). */
  integers(length: number, low: number, high: number): number[] {
    return Array.from({ length }, () => low + this.random.below(high - low));
  }

  one<T>(of: readonly T[]): T {
    return of[this.random.below(of.length)];
  }

  private ordinaryOr(ordinary: () => number): number {
    if (!this.special || this.random.below(4) > 0) return ordinary();
    return this.one(SPECIAL);
  }
}

/** Floats at which rules of kernels/vector.h decide. */
const SPECIAL = [
  ...[0, -0, NaN, Infinity, -Infinity, 1, -1, 2, -2],
  ...[2 ** -149, -(2 ** -149), 2 ** -127, 2 ** -126, -(2 ** -126), 2 ** -100, 2 ** -101, -(2 ** -100), 2 ** -60],
  ...[3.4028234663852886e38, -3.4028234663852886e38, 1e30, -1e30, 88, -88, 7.90531110763549805, 2 ** 24 + 2, 0.5],
];
