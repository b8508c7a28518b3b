import { describe, expect, test } from 'vitest';
import { Random } from '../math/index.js';
import { nonlinearityPair, nonlinearityPairs, randomNetwork } from '../testing/random-network.js';
import { IntegerInterpreter } from './interpreter.js';
import { stepInputs, type IntegerMatrix, type IntegerNetwork } from './network.js';

/** A deliberate departure from the page, for negative controls: one rounding term is missing, or the remainder is. */
type Departure = 'inputShift' | 'w2Shift' | 'w1Shift' | 'u2Shift' | 'u1Shift' | 'gate' | 'plain rounding';

const knots = (segments: number) =>
  Array.from({ length: segments + 1 }, (_, k) => BigInt(Math.round(16384 * Math.tanh((4 * k) / segments))));
const tables = { long: knots(32), short: knots(8) };
const big = (values: ArrayLike<number>) => Array.from(values, BigInt);
const sat = (v: bigint, m: bigint) => (v > m ? m : v < -m ? -m : v);
const atLeast0 = (v: bigint) => (v < 0n ? 0n : v);
const least = (a: bigint, b: bigint) => (a < b ? a : b);

/** docs/integer-network.md in whole numbers without a size, written from the page alone. */
class Page {
  h: bigint[];
  r: bigint[];
  private sums: bigint[];
  private count = 0n;
  smallest = 0n;
  largest = 0n;
  private readonly n: IntegerNetwork;
  private readonly departure: Departure | undefined;
  private readonly entries = new Map<IntegerMatrix, bigint[]>();

  constructor(network: IntegerNetwork, departure?: Departure) {
    this.n = network;
    this.departure = departure;
    this.h = Array.from({ length: network.hiddenSize }, () => 0n);
    this.r = this.h.map(() => 8192n);
    this.sums = this.h.map(() => 0n);
  }

  step(x: ArrayLike<number>): void {
    const { n, h } = this;
    const a = n.embedding ? this.row(n.embedding, BigInt(x[0])) : this.affine(x);
    const through = (m: IntegerMatrix | undefined, v: bigint[], name: 'w2Shift' | 'u2Shift', limit: number) =>
      m ? this.times(m, v).map((sum) => sat(this.rs(sum, n[name], name), BigInt(limit))) : v;
    const t = through(n.w2, a, 'w2Shift', n.wLimit);
    const u = through(n.u2, h, 'u2Shift', n.uLimit);
    const w = this.times(n.w1, t);
    const v = this.times(n.u1, u);
    const next = h.map((old, j) => {
      const p = this.see(this.rs(w[j], n.w1Shift, 'w1Shift') + this.rs(v[j], n.u1Shift, 'u1Shift'));
      const c = this.update(sat(this.see(p + BigInt(n.biasUpdate[j])), 32767n));
      let z = BigInt(n.offset);
      let g = BigInt(n.scale);
      if (n.cell === 'FastGRNN') {
        z = this.nonlinearity(n.gate, sat(this.see(p + BigInt(n.biasGate[j])), 32767n));
        const product = this.see(BigInt(n.scale) * (16384n - z));
        g = sat(this.see(this.rs(product, 14, 'gate') + BigInt(n.offset)), 32767n);
      }
      const remainder = this.departure === 'plain rounding' ? 8192n : this.r[j];
      const sum = this.see(this.see(this.see(g * c) + this.see(z * old)) + remainder);
      this.r[j] = ((sum % 16384n) + 16384n) % 16384n;
      return sat((sum - this.r[j]) / 16384n, BigInt(n.stateLimit));
    });
    this.h = next;
    if (!n.mean) return;
    this.sums = this.sums.map((sum, j) => this.see(sum + next[j]));
    this.count++;
    if (this.count < 65536n) return;
    this.count = 32768n;
    this.sums = this.sums.map((sum) => sum >> 1n);
  }

  private affine(x: ArrayLike<number>): bigint[] {
    const { n } = this;
    const one = n.centre.length === 1;
    return big(x).map((value, i) => {
      const centred = sat(this.see(value - BigInt(n.centre[one ? 0 : i])), 32767n);
      const product = this.see(centred * BigInt(n.multiplier[one ? 0 : i]));
      return sat(this.rs(product, n.inputShift, 'inputShift'), BigInt(n.inputLimit));
    });
  }

  private row(m: IntegerMatrix, token: bigint): bigint[] {
    const t = Number(least(atLeast0(token), BigInt(m.rows - 1)));
    return big(m.values.subarray(t * m.columns, (t + 1) * m.columns)).map((value) => value * 256n);
  }

  /** What the head reads. */
  private read(): bigint[] {
    if (!this.n.mean) return this.h;
    return this.sums.map((sum) => {
      if (this.count === 0n) return 0n;
      const magnitude = this.see((sum < 0n ? -sum : sum) + this.count / 2n) / this.count;
      return sum < 0n ? -magnitude : magnitude;
    });
  }

  logits(): bigint[] {
    const { n } = this;
    return this.times(n.classifier, this.read()).map((sum, l) => this.see(sum + BigInt(n.classifierBias[l])));
  }

  /** Every intermediate value comes by here. */
  private see(v: bigint): bigint {
    if (v > this.largest) this.largest = v;
    if (v < this.smallest) this.smallest = v;
    return v;
  }

  /** floor(v / 2^s + 1/2) */
  private rs(v: bigint, s: number, name: Departure): bigint {
    if (s === 0) return v;
    const half = name === this.departure ? 0n : 2n ** BigInt(s - 1);
    return this.see(v + half) >> BigInt(s);
  }

  private times(m: IntegerMatrix, v: bigint[]): bigint[] {
    const entries = this.entries.get(m) ?? big(m.values);
    this.entries.set(m, entries);
    return Array.from({ length: m.rows }, (_, row) =>
      v.reduce((sum, value, k) => this.see(sum + this.see(entries[row * m.columns + k] * value)), 0n),
    );
  }

  private nonlinearity(kind: IntegerNetwork['gate'], p: bigint): bigint {
    const magnitude = p < 0n ? -p : p;
    const sign = p < 0n ? -1n : 1n;
    if (kind === 'hardTanh') return 4n * sat(p, 4096n);
    if (kind === 'hardSigmoid') return least(atLeast0(2n * p + 8192n), 16384n);
    if (kind === 'hardSigmoid4') return least(atLeast0(p + 8192n), 16384n);
    if (kind === 'relu') return least(4n * atLeast0(p), 32767n);
    if (kind === 'tanh') return sign * this.curve(tables.long, magnitude, 9);
    if (kind === 'tanh8') return sign * this.curve(tables.short, magnitude, 11);
    const y = kind === 'sigmoid' ? this.curve(tables.long, magnitude, 10) : this.curve(tables.short, magnitude, 12);
    return (16385n + sign * y) >> 1n;
  }

  /** Y(m, b) */
  private curve(table: readonly bigint[], m: bigint, b: number): bigint {
    const width = 2n ** BigInt(b);
    const k = Number(m / width);
    if (k >= table.length - 1) return table[table.length - 1];
    return table[k] + (((table[k + 1] - table[k]) * (m % width) + width / 2n) >> BigInt(b));
  }

  private update(p: bigint): bigint {
    return this.n.update === 'relu' ? atLeast0(p) : (this.nonlinearity(this.n.update, p) + 2n) >> 2n;
  }
}

/** Inputs over all of int16, its ends more often than others. */
function randomInputs(random: Random, length: number): Int16Array {
  const ends = [-32768, -32767, 32767, 0];
  return Int16Array.from({ length }, () => (random.below(4) ? random.below(65536) - 32768 : ends[random.below(4)]));
}

/** Runs both; the number of steps at which anything differs, and the page's extremes. */
function compare(network: IntegerNetwork, inputs: Int16Array, departure?: Departure) {
  const interpreter = new IntegerInterpreter(network);
  const page = new Page(network, departure);
  let differing = 0;
  for (let at = 0; at < inputs.length; at += stepInputs(network)) {
    interpreter.step(inputs, at);
    page.step(inputs.subarray(at, at + stepInputs(network)));
    const logits = page.logits();
    const scores = interpreter.logits();
    const same =
      page.h.every((v, j) => v === BigInt(interpreter.h[j])) &&
      page.r.every((v, j) => v === BigInt(interpreter.r[j])) &&
      logits.every((v, l) => v === BigInt(scores[l])) &&
      logits.findIndex((score) => logits.every((other) => score >= other)) === interpreter.predict();
    if (!same) differing++;
  }
  return { differing, smallest: page.smallest, largest: page.largest };
}

const steps = 6;
const int32 = { smallest: -(2n ** 31n), largest: 2n ** 31n - 1n };

describe.each(['usual', 'extreme'] as const)('random networks of %s values', (values) => {
  test.each(['FastGRNN', 'FastRNN'] as const)(
    '%s of every nonlinearity and rank: every value as on the page',
    (cell) => {
      for (let index = 0; index < 2 * nonlinearityPairs; index++) {
        const random = new Random(index, cell === 'FastRNN' ? 1 : 0);
        const ranks = { wRank: index % 2 ? 1 + random.below(8) : 0, uRank: index & 2 ? 1 + random.below(8) : 0 };
        const network = randomNetwork(random, {
          cell,
          ...ranks,
          ...nonlinearityPair(index >> 1),
          mean: index % 3 === 0,
          vocabulary: index % 5 === 0 ? 1 + random.below(40) : 0,
          extreme: values === 'extreme',
        });
        const { differing, smallest, largest } = compare(network, randomInputs(random, steps * stepInputs(network)));
        expect(differing, `network ${index}`).toBe(0);
        expect(smallest >= int32.smallest && largest <= int32.largest, `32 bits, network ${index}`).toBe(true);
      }
    },
  );
});

/**
 * The largest network with the widest limits, its weights such that all products of a unit's sum have the same sign: all
 * units positive, or every second one negative.
 */
function largestNetwork(
  choice: Pick<IntegerNetwork, 'cell' | 'update' | 'scale' | 'offset'>,
  alternating: boolean,
  shift: number,
): IntegerNetwork {
  const size = 255;
  const sign = (unit: number) => (alternating && unit % 2 ? -1 : 1);
  const full = (rows: number, entry: (row: number, column: number) => number): IntegerMatrix => {
    const values = Int8Array.from({ length: rows * size }, (_, i) => 127 * entry(Math.floor(i / size), i % size));
    return { rows, columns: size, values, fractionBits: 7 };
  };
  const sizes = { inputSize: size, hiddenSize: size, wRank: 0, uRank: 0, classes: 2 };
  return {
    ...randomNetwork(new Random(1), { ...sizes, ...choice, gate: 'hardTanh' }),
    ...choice,
    centre: Int16Array.of(0),
    multiplier: Int16Array.of(-32768),
    inputShift: Math.min(shift, 1),
    w1: full(size, sign),
    u1: full(size, (row, column) => sign(row) * sign(column)),
    w1Shift: shift,
    u1Shift: shift,
    inputLimit: 32767,
    stateLimit: 32767,
    biasUpdate: Int16Array.from({ length: size }, (_, j) => (sign(j) > 0 ? 32767 : -32768)),
    biasGate: new Int16Array(choice.cell === 'FastGRNN' ? size : 0).fill(-32768),
    classifier: full(2, (row, column) => (row ? -1 : 1) * sign(column)),
    classifierBias: Int32Array.of(1073741823, -1073741823),
  };
}

describe('the largest values', () => {
  const choices = [
    { cell: 'FastRNN', update: 'relu', scale: 32767, offset: 32767, alternating: false },
    { cell: 'FastRNN', update: 'hardTanh', scale: -32767, offset: 32767, alternating: true },
    { cell: 'FastGRNN', update: 'relu', scale: 32767, offset: 32767, alternating: false },
    { cell: 'FastGRNN', update: 'hardTanh', scale: -32767, offset: -32767, alternating: true },
  ] as const;
  // Lowest inputs times the lowest multiplier. Four steps bring every state to its limit.
  const inputs = new Int16Array(4 * 255).fill(-32768);

  test.each([0, 1, 30])('fit 32 bits, and fill them, with shifts of %i', (shift) => {
    let smallest = 0n;
    let largest = 0n;
    for (const { alternating, ...choice } of choices) {
      const result = compare(largestNetwork(choice, alternating, shift), inputs);
      expect(result.differing).toBe(0);
      if (result.smallest < smallest) smallest = result.smallest;
      if (result.largest > largest) largest = result.largest;
    }
    expect(smallest >= int32.smallest && largest <= int32.largest).toBe(true);
    // The page's bounds are no loose ones: step 8 and the sum in step 4 nearly reach 2^31, a rounded row its own bound.
    if (shift < 30) expect(largest).toBeGreaterThan(2n * 32767n ** 2n);
    if (shift === 0) expect(smallest).toBeLessThan(-2n * 255n * 127n * 32767n);
    if (shift === 30) expect(largest).toBeGreaterThanOrEqual(255n * 127n * 32767n + 2n ** 29n);
  });

  test('an extreme random network of 255 units and low ranks of 255', () => {
    const random = new Random(7);
    const sizes = { inputSize: 255, hiddenSize: 255, wRank: 255, uRank: 255, classes: 255 };
    const network = randomNetwork(random, { ...sizes, cell: 'FastGRNN', extreme: true, density: 1 });
    const { differing, smallest, largest } = compare(network, randomInputs(random, 2 * 255));
    expect(differing).toBe(0);
    expect(smallest >= int32.smallest && largest <= int32.largest).toBe(true);
  });
});

describe('negative controls: a departure from the page is noticed', () => {
  const departures = ['inputShift', 'w2Shift', 'w1Shift', 'u2Shift', 'u1Shift', 'gate', 'plain rounding'] as const;
  test.each(departures)('%s', (departure) => {
    const random = new Random(3);
    const network = randomNetwork(random, {
      cell: 'FastGRNN',
      inputSize: 6,
      hiddenSize: 12,
      wRank: 4,
      uRank: 4,
      gate: 'sigmoid',
      update: 'tanh',
      density: 1,
    });
    const quiet = { ...network, centre: Int16Array.of(0), multiplier: Int16Array.of(16384), stateBits: 12 };
    const inputs = Int16Array.from({ length: 40 * 6 }, () => random.below(4000) - 2000);
    expect(compare(quiet, inputs).differing).toBe(0);
    expect(compare(quiet, inputs, departure).differing).toBeGreaterThan(0);
  });
});

describe('the interpreter', () => {
  const network = randomNetwork(new Random(5), { cell: 'FastGRNN', inputSize: 3, hiddenSize: 5, classes: 3 });
  const inputs = randomInputs(new Random(6), 20 * 3);

  test('starts anew after a reset, and classify resets', () => {
    const interpreter = new IntegerInterpreter(network);
    const first = interpreter.classify(inputs, 0, 20);
    const states = [...interpreter.h];
    expect(interpreter.classify(inputs, 0, 20)).toBe(first);
    expect([...interpreter.h]).toEqual(states);
    interpreter.reset();
    expect([...interpreter.h, ...interpreter.r]).toEqual([0, 0, 0, 0, 0, 8192, 8192, 8192, 8192, 8192]);
  });

  test('takes the first of equal scores', () => {
    const equal = { ...network, classifier: { ...network.classifier, values: new Int8Array(15) } };
    const predict = (...bias: number[]) =>
      new IntegerInterpreter({ ...equal, classifierBias: Int32Array.from(bias) }).predict();
    expect([predict(0, 0, 0), predict(-1, 5, 5), predict(-3, -4, -3), predict(1, 2, 3)]).toEqual([0, 1, 0, 2]);
  });
});

describe('the mean of the states', () => {
  test('of more than 65535 steps is halved as on the page, and no sum leaves 32 bits', () => {
    const random = new Random(4);
    const shape = { mean: true, hiddenSize: 3, inputSize: 1, wRank: 0, uRank: 0, classes: 2, cell: 'FastRNN' } as const;
    // beta of 2 - 2^-13 and no bias: the states run to their limits and stay there.
    const network = { ...randomNetwork(random, shape), offset: 32767, stateLimit: 32767 };
    const interpreter = new IntegerInterpreter(network);
    const page = new Page(network);
    for (let t = 0; t < 65535 + 500; t++) {
      const x = Int16Array.of(random.below(65536) - 32768);
      interpreter.step(x);
      page.step(x);
      if (t > 100 && t < 65500) continue;
      expect([...interpreter.logits()].map(BigInt)).toEqual(page.logits());
    }
    expect(interpreter.count).toBe(32767 + 500);
    expect([...interpreter.h].map(Math.abs)).toEqual([32767, 32767, 32767]);
    expect(page.largest <= int32.largest && page.smallest >= int32.smallest).toBe(true);
    expect(page.largest > 2n ** 31n - 2n ** 23n || page.smallest < 2n ** 23n - 2n ** 31n).toBe(true); // and it comes near
  });

  test('before the first step is 0: the logits are the biases', () => {
    const network = randomNetwork(new Random(5), { mean: true });
    expect(new IntegerInterpreter(network).logits()).toEqual(network.classifierBias);
  });
});
