import { ln } from './elementary.js';

/** The 20-round Threefry-2x32 block function (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  const key2 = key0 ^ key1 ^ 0x1bd11bda;
  const keys = [key0 | 0, key1 | 0, key2 | 0];
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let block = 0; block < 5; block++) {
    const rotations = block % 2 === 0 ? evenRotations : oddRotations;
    for (const r of rotations) {
      x0 = (x0 + x1) | 0;
      x1 = (x1 << r) | (x1 >>> (32 - r));
      x1 ^= x0;
    }
    x0 = (x0 + keys[(block + 1) % 3]) | 0;
    x1 = (x1 + keys[(block + 2) % 3] + block + 1) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}

const evenRotations = [13, 15, 26, 6];
const oddRotations = [17, 29, 16, 24];

/** Where a `Random` stands: enough to go on with exactly the same numbers. */
export interface RandomState {
  readonly seed: number;
  readonly stream: number;
  readonly position: number;
}

/**
 * Random numbers that are the same on every machine: a counter-based generator, so that a position can be saved and
 * sought. Streams of one seed are independent; give each use (initial weights, shuffling, augmentation) its own.
 */
export class Random {
  readonly seed: number;
  readonly stream: number;
  /** 32-bit words drawn so far. */
  private position = 0;
  private readonly buffer = new Uint32Array(2);

  constructor(seed: number, stream = 0, position = 0) {
    this.seed = seed >>> 0;
    this.stream = stream >>> 0;
    this.seek(position);
  }

  /** Continues from a saved state. */
  static from(state: RandomState): Random {
    return new Random(state.seed, state.stream, state.position);
  }

  get state(): RandomState {
    return { seed: this.seed, stream: this.stream, position: this.position };
  }

  /** Goes to the given number of 32-bit words from the start (up to 2^53). */
  seek(position: number): void {
    this.position = position;
    if (position % 2 === 1) this.refill();
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const half = this.position % 2;
    if (half === 0) this.refill();
    this.position++;
    return this.buffer[half];
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** An integer in [0, limit), every value equally likely. `limit` is at most 2^32. */
  below(limit: number): number {
    const refused = 4294967296 % limit; // the few words that would favour small values
    for (;;) {
      const word = this.uint32();
      if (word >= refused) return word % limit;
    }
  }

  /** A standard normal number, by Marsaglia's polar method. */
  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * ln(s)) / s);
    }
  }

  /** Shuffles in place (Fisher and Yates). */
  shuffle(items: Uint32Array | Int32Array | number[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
  }

  private refill(): void {
    const block = Math.floor(this.position / 2);
    const words = threefry2x32(this.seed, this.stream, block >>> 0, Math.floor(block / 4294967296));
    this.buffer[0] = words[0];
    this.buffer[1] = words[1];
  }
}
