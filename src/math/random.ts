import { ln } from './elementary.js';

/** The 20-round Threefry-2x32 block function (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). */
export function threefry2x32(key0: number, key1: number, counter0: number, counter1: number): [number, number] {
  const words = new Uint32Array(2);
  threefry(words, key0, key1, counter0, counter1);
  return [words[0], words[1]];
}

/** The same into `out`: nothing is allocated for a number. Five blocks of four rounds, a part of the key after each. */
function threefry(out: Uint32Array, key0: number, key1: number, counter0: number, counter1: number): void {
  const key2 = key0 ^ key1 ^ 0x1bd11bda;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  let [a, b, c] = [key1 | 0, key2 | 0, key0 | 0];
  for (let block = 1; block <= 5; block++) {
    const odd = block % 2 === 1;
    x0 = (x0 + x1) | 0;
    x1 = rotated(x1, odd ? 13 : 17) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotated(x1, odd ? 15 : 29) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotated(x1, odd ? 26 : 16) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotated(x1, odd ? 6 : 24) ^ x0;
    x0 = (x0 + a) | 0;
    x1 = (x1 + b + block) | 0;
    const first = a;
    a = b;
    b = c;
    c = first;
  }
  out[0] = x0;
  out[1] = x1;
}

function rotated(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

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
  private key: number;
  private number: number;
  /** 32-bit words drawn so far. */
  private position = 0;
  private readonly buffer = new Uint32Array(2);

  constructor(seed: number, stream = 0, position = 0) {
    this.key = seed >>> 0;
    this.number = stream >>> 0;
    this.seek(position);
  }

  get seed(): number {
    return this.key;
  }

  get stream(): number {
    return this.number;
  }

  /** Becomes what `new Random(seed, stream)` is. */
  restart(seed: number, stream: number): void {
    this.key = seed >>> 0;
    this.number = stream >>> 0;
    this.seek(0);
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
    threefry(this.buffer, this.seed, this.stream, block >>> 0, Math.floor(block / 4294967296));
  }
}
