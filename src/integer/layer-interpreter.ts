import { dot, rowsOf, type Rows } from './matrix-rows.js';
import { dividedBiases, integerGates, type IntegerGate, type IntegerLayer } from './network.js';
import { activateQ14, oneQ14, roundingShift, saturate, updateQ12 } from './nonlinearity.js';

/** Every saturated argument's value, so that a step needs no branches: 128 KB. */
function tabulate(f: (p: number) => number): Int16Array {
  const table = new Int16Array(65536);
  for (let p = -32767; p <= 32767; p++) table[p + 32768] = f(p);
  return table;
}

/** The values of a network's gate and update at every argument. */
export interface NonlinearityTables {
  readonly gateTable: Int16Array;
  readonly updateTable: Int16Array;
}

export function nonlinearityTables({ gate, update }: Pick<IntegerLayer, 'gate' | 'update'>): NonlinearityTables {
  return { gateTable: tabulate((p) => activateQ14(gate, p)), updateTable: tabulate((p) => updateQ12(update, p)) };
}

/** One gate's W and U: steps 2 to 4. */
class GateInterpreter {
  private readonly gate: IntegerGate;
  private readonly a: Int16Array;
  private readonly h: Int16Array;
  private readonly t: Int16Array;
  private readonly u: Int16Array;
  private readonly w2: Rows | undefined;
  private readonly w1: Rows;
  private readonly u2: Rows | undefined;
  private readonly u1: Rows;

  /** @param h what U multiplies: the state, or what a reset gate has left of it */
  constructor(gate: IntegerGate, a: Int16Array, h: Int16Array) {
    this.gate = gate;
    this.a = a;
    this.h = h;
    this.w2 = gate.w2 && rowsOf(gate.w2);
    this.w1 = rowsOf(gate.w1);
    this.u2 = gate.u2 && rowsOf(gate.u2);
    this.u1 = rowsOf(gate.u1);
    this.t = gate.w2 ? new Int16Array(gate.w2.rows) : a;
    this.u = gate.u2 ? new Int16Array(gate.u2.rows) : h;
  }

  /** Steps 2 and 3. */
  project(): void {
    const { gate: n, a, t, u, h } = this;
    if (this.w2) {
      for (let j = 0; j < t.length; j++) t[j] = saturate(roundingShift(dot(this.w2, j, a), n.w2Shift), n.wLimit);
    }
    if (this.u2) {
      for (let j = 0; j < u.length; j++) u[j] = saturate(roundingShift(dot(this.u2, j, h), n.u2Shift), n.uLimit);
    }
  }

  /** The parts of step 4 of unit j. */
  ofInput(j: number): number {
    return roundingShift(dot(this.w1, j, this.t), this.gate.w1Shift);
  }

  ofState(j: number): number {
    return roundingShift(dot(this.u1, j, this.u), this.gate.u1Shift);
  }
}

/** What a layer works on: its input, its state, its remainders and the LSTM's c, where they stand. */
interface Places extends NonlinearityTables {
  readonly a: Int16Array;
  readonly h: Int16Array;
  readonly r: Uint16Array;
  readonly memory: Int16Array;
}

/** One layer: steps 2 to 9, or what its cell has in the place of 5 to 9. */
export class LayerInterpreter {
  private readonly layer: IntegerLayer;
  private readonly places: Places;
  private readonly gates: readonly GateInterpreter[];
  /** Of FastGRNN and its like p, before a state is written; of others what each gate has made of it, a row a gate. */
  private readonly made: readonly Int32Array[];
  private readonly biases: ReturnType<typeof dividedBiases>;
  /** What the reset gate has left of the state, of a GRU that resets before the product. */
  private readonly kept: Int16Array;

  constructor(layer: IntegerLayer, places: Places) {
    const { a, h } = places;
    this.layer = layer;
    this.places = places;
    this.kept = new Int16Array(layer.reset === 'before' ? layer.hiddenSize : 0);
    this.gates = integerGates(layer).map(
      (gate, i) => new GateInterpreter(gate, a, layer.reset === 'before' && i === 2 ? this.kept : h),
    );
    this.biases = dividedBiases(layer);
    this.made = this.gates.map(() => new Int32Array(layer.hiddenSize));
  }

  step(): void {
    const { cell } = this.layer;
    if (cell === 'UGRNN') this.stepUGRNN();
    else if (cell === 'GRU') this.stepGRU();
    else if (cell === 'LSTM') this.stepLSTM();
    else this.stepShared();
  }

  /** The cells whose one W and U serve all. */
  private stepShared(): void {
    const { layer: n, gates, made } = this;
    const { h, gateTable, updateTable } = this.places;
    const [gate] = gates;
    const [p] = made;
    gate.project();
    // Of full rank, u is h itself: every row must be read before a state is written.
    for (let j = 0; j < h.length; j++) p[j] = gate.ofInput(j) + gate.ofState(j);
    for (let j = 0; j < h.length; j++) {
      if (n.zeta && n.nu) {
        this.blendBySum(j, p[j], n.zeta[j], n.nu[j]);
        continue;
      }
      const c = updateTable[saturate(p[j] + n.biasUpdate[j], 32767) + 32768];
      if (n.alpha && n.beta) {
        this.blend(j, n.alpha[j], c, n.beta[j]);
        continue;
      }
      let [g, z] = [n.scale, n.offset];
      if (n.cell === 'FastGRNN') {
        z = gateTable[saturate(p[j] + n.biasGate[j], 32767) + 32768];
        g = saturate(roundingShift(n.scale * (oneQ14 - z), 14) + n.offset, 32767);
      }
      this.leak(j, g * c + z * h[j]);
    }
  }

  /** FastGRNN with a zeta and a nu a unit: gate and candidate read one saturated sum. */
  private blendBySum(j: number, p: number, zeta: number, nu: number): void {
    const { h, gateTable, updateTable } = this.places;
    const { middle, half } = this.biases;
    const q = saturate(p + middle[j], 32767);
    const z = gateTable[saturate(q + half[j], 32767) + 32768];
    const c = updateTable[saturate(q - half[j], 32767) + 32768];
    const g = saturate(roundingShift(zeta * (oneQ14 - z), 14) + nu, 32767);
    this.leak(j, g * c + z * h[j]);
  }

  private stepUGRNN(): void {
    const { h, gateTable, updateTable } = this.places;
    const [z, c] = [this.through(0, gateTable), this.through(1, updateTable)];
    for (let j = 0; j < h.length; j++) this.blend(j, complement(z[j]), c[j], z[j]);
  }

  private stepGRU(): void {
    const { h, gateTable, updateTable } = this.places;
    const { stateLimit, reset } = this.layer;
    const [r, z] = [this.through(0, gateTable), this.through(1, gateTable)];
    for (let j = 0; j < this.kept.length; j++) this.kept[j] = saturate(roundingShift(r[j] * h[j], 14), stateLimit);
    const c = reset === 'before' ? this.through(2, updateTable) : this.resetAfter(r);
    for (let j = 0; j < h.length; j++) this.blend(j, complement(z[j]), c[j], z[j]);
  }

  /** The candidate of a GRU that resets after the product: its two parts, each with its bias, in Q(candidateBits). */
  private resetAfter(r: Int32Array): Int32Array {
    const { gates, made, layer } = this;
    const { biases = [], candidateBits = 12 } = layer;
    const c = made[2];
    gates[2].project();
    for (let j = 0; j < c.length; j++) {
      const w = saturate(gates[2].ofInput(j) + biases[2][j], 32767);
      const m = saturate(gates[2].ofState(j) + biases[3][j], 32767);
      const q = (w + roundingShift(r[j] * m, 14)) << (12 - candidateBits);
      c[j] = this.places.updateTable[saturate(q, 32767) + 32768];
    }
    return c;
  }

  private stepLSTM(): void {
    const { layer: n, places } = this;
    const { h, memory, r, gateTable, updateTable } = places;
    const { memoryBits = 12, memoryLimit = 32767 } = n;
    const [i, f] = [this.through(0, gateTable), this.through(1, gateTable)];
    const [c, o] = [this.through(2, updateTable), this.through(3, gateTable)];
    for (let j = 0; j < h.length; j++) {
      const v = roundingShift(i[j] * c[j], 12 - memoryBits) + f[j] * memory[j] + r[j];
      memory[j] = saturate(v >> 14, memoryLimit);
      r[j] = v & (oneQ14 - 1);
      const y = updateTable[saturate(memory[j] << (12 - memoryBits), 32767) + 32768];
      h[j] = saturate(roundingShift(o[j] * y, 26 - n.stateBits), n.stateLimit);
    }
  }

  /** A gate's value of every unit. */
  private through(index: number, table: Int16Array): Int32Array {
    const gate = this.gates[index];
    const out = this.made[index];
    const bias = this.layer.biases?.[index] ?? new Int16Array();
    gate.project();
    for (let j = 0; j < out.length; j++) {
      out[j] = table[saturate(gate.ofInput(j) + gate.ofState(j) + bias[j], 32767) + 32768];
    }
    return out;
  }

  /** h = g c + z h of unit j, g and z in Q14; what is rounded off stays for the next step. */
  private blend(j: number, g: number, c: number, z: number): void {
    this.leak(j, roundingShift(g * c, 12 - this.layer.stateBits) + z * this.places.h[j]);
  }

  /** The new state of unit j from v without its remainder, in Q(n+14). */
  private leak(j: number, sum: number): void {
    const { h, r } = this.places;
    const v = sum + r[j];
    h[j] = saturate(v >> 14, this.layer.stateLimit);
    r[j] = v & (oneQ14 - 1);
  }
}

/** 1 - z in Q14, of a z from -1 to 2. */
function complement(z: number): number {
  return Math.min(oneQ14 - z, 32767);
}
