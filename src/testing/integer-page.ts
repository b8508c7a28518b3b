import {
  hasSeveralGates,
  IntegerInterpreter,
  stepInputs,
  type IntegerGate,
  type IntegerMatrix,
  type IntegerNetwork,
} from '../integer/index.js';
import type { Random } from '../math/index.js';

/** A deliberate departure from the page, for negative controls: one rounding term is missing, or the remainder is. */
export type Departure =
  | 'inputShift'
  | 'w2Shift'
  | 'w1Shift'
  | 'u2Shift'
  | 'u1Shift'
  | 'gate'
  | 'blend'
  | 'reset'
  | 'output'
  | 'plain rounding';

const knots = (segments: number) =>
  Array.from({ length: segments + 1 }, (_, k) => BigInt(Math.round(16384 * Math.tanh((4 * k) / segments))));
const tables = { long: knots(32), short: knots(8) };
const big = (values: ArrayLike<number>) => Array.from(values, BigInt);
const sat = (v: bigint, m: bigint) => (v > m ? m : v < -m ? -m : v);
const atLeast0 = (v: bigint) => (v < 0n ? 0n : v);
const least = (a: bigint, b: bigint) => (a < b ? a : b);

/** docs/integer-network.md in whole numbers without a size, written from the page alone. */
export class Page {
  h: bigint[];
  r: bigint[];
  /** The LSTM's c. */
  memory: bigint[];
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
    this.memory = this.h.map(() => 0n);
    this.sums = this.h.map(() => 0n);
  }

  step(x: ArrayLike<number>): void {
    const { n } = this;
    const a = n.embedding ? this.row(n.embedding, BigInt(x[0])) : this.affine(x);
    const next = hasSeveralGates(n) ? this.gates(a) : this.shared(a);
    this.h = next;
    if (!n.mean) return;
    this.sums = this.sums.map((sum, j) => this.see(sum + next[j]));
    this.count++;
    if (this.count < 65536n) return;
    this.count = 32768n;
    this.sums = this.sums.map((sum) => sum >> 1n);
  }

  /** Steps 2 to 4 before their sum: the rows of W and of U, each shifted. */
  private product(gate: IntegerGate, a: bigint[], h: bigint[]): { w: bigint[]; u: bigint[] } {
    const through = (m: IntegerMatrix | undefined, v: bigint[], name: 'w2Shift' | 'u2Shift', limit: number) =>
      m ? this.times(m, v).map((sum) => sat(this.rs(sum, gate[name], name), BigInt(limit))) : v;
    const t = through(gate.w2, a, 'w2Shift', gate.wLimit);
    const u = through(gate.u2, h, 'u2Shift', gate.uLimit);
    return {
      w: this.times(gate.w1, t).map((sum) => this.rs(sum, gate.w1Shift, 'w1Shift')),
      u: this.times(gate.u1, u).map((sum) => this.rs(sum, gate.u1Shift, 'u1Shift')),
    };
  }

  /** The new state of a cell whose one W and U serve all. */
  private shared(a: bigint[]): bigint[] {
    const { n } = this;
    const { w, u } = this.product(n, a, this.h);
    return this.h.map((old, j) => {
      const p = this.see(w[j] + u[j]);
      if (n.zeta && n.nu) return this.gatedByUnit(j, p, BigInt(n.zeta[j]), BigInt(n.nu[j]));
      const c = this.update(sat(this.see(p + BigInt(n.biasUpdate[j])), 32767n));
      if (n.cell === 'FastRNN-vector') return this.blend(j, BigInt(n.alpha![j]), c, BigInt(n.beta![j]));
      let z = BigInt(n.offset);
      let g = BigInt(n.scale);
      if (n.cell === 'FastGRNN') {
        z = this.nonlinearity(n.gate, sat(this.see(p + BigInt(n.biasGate[j])), 32767n));
        const product = this.see(BigInt(n.scale) * (16384n - z));
        g = sat(this.see(this.rs(product, 14, 'gate') + BigInt(n.offset)), 32767n);
      }
      return this.leak(j, this.see(g * c), z, old, n.stateLimit);
    });
  }

  /** The new state of a FastGRNN with a zeta and a nu a unit. */
  private gatedByUnit(j: number, p: bigint, zeta: bigint, nu: bigint): bigint {
    const { n } = this;
    const e = BigInt(n.biasGate[j] - n.biasUpdate[j]) / 2n;
    const q = sat(this.see(p + BigInt(n.biasGate[j]) - e), 32767n);
    const z = this.nonlinearity(n.gate, sat(this.see(q + e), 32767n));
    const c = this.update(sat(this.see(q - e), 32767n));
    const product = this.rs(this.see(zeta * (16384n - z)), 14, 'gate');
    const g = sat(this.see(product + nu), 32767n);
    return this.leak(j, this.see(g * c), z, this.h[j], n.stateLimit);
  }

  /** The new state of a cell of several gates. */
  private gates(a: bigint[]): bigint[] {
    const { n, h } = this;
    const products = [n, ...(n.furtherGates ?? [])];
    const bias = (k: number, j: number) => BigInt(n.biases![k][j]);
    const value = (k: number, state = h, f = (p: bigint) => this.nonlinearity(n.gate, p)) => {
      const { w, u } = this.product(products[k], a, state);
      return h.map((_, j) => f(sat(this.see(this.see(w[j] + u[j]) + bias(k, j)), 32767n)));
    };
    const update = (p: bigint) => this.update(p);
    const [first, second] = [value(0), n.cell === 'UGRNN' ? [] : value(1)];
    if (n.cell === 'LSTM') return this.lstm(first, second, value(2, h, update), value(3));
    let z = second;
    let c: bigint[];
    if (n.cell === 'UGRNN') {
      z = first;
      c = value(1, h, update);
    } else if (n.reset === 'before') {
      const q = h.map((old, j) => sat(this.rs(this.see(first[j] * old), 14, 'reset'), BigInt(n.stateLimit)));
      c = value(2, q, update);
    } else {
      const { w, u } = this.product(products[2], a, h);
      c = h.map((_, j) => {
        const m = sat(this.see(u[j] + bias(3, j)), 32767n);
        const reset = this.rs(this.see(first[j] * m), 14, 'reset');
        const sum = sat(this.see(w[j] + bias(2, j)), 32767n) + reset;
        return update(sat(this.see(sum * 2n ** BigInt(12 - n.candidateBits!)), 32767n));
      });
    }
    return h.map((_, j) => this.blend(j, least(16384n - z[j], 32767n), c[j], z[j]));
  }

  private lstm(i: bigint[], f: bigint[], c: bigint[], o: bigint[]): bigint[] {
    const { n } = this;
    const [k, limit] = [n.memoryBits!, n.memoryLimit!];
    return this.h.map((_, j) => {
      const added = this.rs(this.see(i[j] * c[j]), 12 - k, 'blend');
      this.memory[j] = this.leak(j, added, f[j], this.memory[j], limit);
      const y = this.update(sat(this.see(this.memory[j] * 2n ** BigInt(12 - k)), 32767n));
      return sat(this.rs(this.see(o[j] * y), 26 - n.stateBits, 'output'), BigInt(n.stateLimit));
    });
  }

  /** Steps 8' and 9'. */
  private blend(j: number, g: bigint, c: bigint, z: bigint): bigint {
    const { stateBits, stateLimit } = this.n;
    return this.leak(j, this.rs(this.see(g * c), 12 - stateBits, 'blend'), z, this.h[j], stateLimit);
  }

  /** added + z old, with the remainder. */
  private leak(j: number, added: bigint, z: bigint, old: bigint, limit: number): bigint {
    const remainder = this.departure === 'plain rounding' ? 8192n : this.r[j];
    const sum = this.see(this.see(added + this.see(z * old)) + remainder);
    this.r[j] = ((sum % 16384n) + 16384n) % 16384n;
    return sat((sum - this.r[j]) / 16384n, BigInt(limit));
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
export function randomInputs(random: Random, length: number): Int16Array {
  const ends = [-32768, -32767, 32767, 0];
  return Int16Array.from({ length }, () => (random.below(4) ? random.below(65536) - 32768 : ends[random.below(4)]));
}

/** Runs both; the number of steps at which anything differs, and the page's extremes. */
export function compareWithPage(network: IntegerNetwork, inputs: Int16Array, departure?: Departure) {
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
      [...interpreter.memory].every((v, j) => page.memory[j] === BigInt(v)) &&
      logits.every((v, l) => v === BigInt(scores[l])) &&
      logits.findIndex((score) => logits.every((other) => score >= other)) === interpreter.predict();
    if (!same) differing++;
  }
  return { differing, smallest: page.smallest, largest: page.largest };
}
