import {
  activateQ14,
  dividedBiases,
  embeddingShift,
  gateNetworks,
  isGateByGate,
  isGivenInput,
  meanOf,
  pool,
  roundingShift,
  saturate,
  separateLayers,
  updateQ12,
  type GateNetwork,
  type IntegerNetwork,
} from '../integer/light.js';
import { IntegerCell } from './integer-cell.js';
import type { Layer } from './stacked-cell.js';

/**
 * A layer that is run gate by gate: each gate's sums are those of a layer of its own (kernels/step/integer.c), what follows them, an
 * operation or two a unit, is done here.
 */
export class GatedCell implements Layer {
  private readonly network: IntegerNetwork;
  private readonly gates: readonly (GateNetwork & { readonly cell: IntegerCell; readonly values: Int16Array })[];
  private readonly a: Int16Array;
  private readonly h: Int16Array;
  private readonly r: Uint16Array;
  /** The LSTM's c. */
  private readonly memory: Int16Array;
  /** FastGRNN with vectors: what the gate adds to its sum and the candidate takes from it. */
  private readonly half: Int16Array;
  private readonly sums: Int32Array;
  private readonly read: Int16Array;
  private count = 0;

  constructor(module: WebAssembly.Module, network: IntegerNetwork) {
    const { hiddenSize, inputSize, mean, cell } = network;
    this.network = network;
    this.gates = gateNetworks(network).map((gate) => ({
      ...gate,
      cell: new IntegerCell(module, gate.lacks === 'u' ? withWholeU(gate.network) : gate.network),
      values: new Int16Array(hiddenSize),
    }));
    this.a = new Int16Array(inputSize);
    this.h = new Int16Array(hiddenSize);
    this.r = new Uint16Array(hiddenSize);
    this.memory = new Int16Array(cell === 'LSTM' ? hiddenSize : 0);
    this.sums = new Int32Array(mean ? hiddenSize : 0);
    this.half = dividedBiases(network).half;
    this.read = mean ? new Int16Array(hiddenSize) : this.h;
    this.reset();
  }

  reset(): void {
    this.h.fill(0);
    this.r.fill(8192);
    this.memory.fill(0);
    this.sums.fill(0);
    this.count = 0;
  }

  get state(): Int16Array {
    return this.h;
  }

  step(values: ArrayLike<number>, start: number): void {
    const { network: n, gates, h } = this;
    this.readInput(values, start);
    for (const { name, gives, network, cell, values: own } of gates) {
      const reset = n.reset === 'before' && name === 'c';
      if (reset) this.resetState();
      const p = cell.sumsOf(this.a, reset ? gates[0].values : h);
      for (let j = 0; j < own.length; j++) {
        const q = saturate(p[j] + network.biasUpdate[j], 32767);
        own[j] = gives === 'gate' ? activateQ14(n.gate, q) : gives === 'update' ? updateQ12(n.update, q) : q;
      }
    }
    if (n.cell === 'LSTM') this.stepLSTM();
    else for (let j = 0; j < h.length; j++) this.blend(j);
    if (n.mean) this.count = pool(this.sums, h, this.count);
  }

  readLogits(): Int32Array {
    if (this.network.mean) meanOf(this.sums, this.count, this.read);
    return this.gates[0].cell.logitsOf(this.read);
  }

  /** Step 1. */
  private readInput(values: ArrayLike<number>, start: number): void {
    const { network: n, a } = this;
    if (n.embedding) {
      const row = Math.max(0, Math.min(n.embedding.rows - 1, values[start])) * a.length;
      for (let i = 0; i < a.length; i++) a[i] = n.embedding.values[row + i] << embeddingShift;
      return;
    }
    if (isGivenInput(n)) {
      for (let i = 0; i < a.length; i++) a[i] = values[start + i];
      return;
    }
    for (let i = 0; i < a.length; i++) {
      const channel = n.centre.length > 1 ? i : 0;
      const centred = saturate(values[start + i] - n.centre[channel], 32767);
      a[i] = saturate(roundingShift(centred * n.multiplier[channel], n.inputShift), n.inputLimit);
    }
  }

  /** What the reset gate leaves of the state takes that gate's place. */
  private resetState(): void {
    const [{ values: r }] = this.gates;
    for (let j = 0; j < r.length; j++) r[j] = saturate(roundingShift(r[j] * this.h[j], 14), this.network.stateLimit);
  }

  private blend(j: number): void {
    const { network: n, gates, h } = this;
    let g = n.alpha?.[j] ?? 0;
    let z = n.beta?.[j] ?? 0;
    let c = gates[gates.length - 1].values[j];
    if (n.zeta && n.nu) {
      const q = c;
      z = activateQ14(n.gate, saturate(q + this.half[j], 32767));
      c = updateQ12(n.update, saturate(q - this.half[j], 32767));
      g = saturate(roundingShift(n.zeta[j] * (16384 - z), 14) + n.nu[j], 32767);
      this.leak(j, g * c + z * h[j]);
      return;
    }
    if (!n.alpha) {
      z = gates[n.cell === 'UGRNN' ? 0 : 1].values[j];
      g = Math.min(16384 - z, 32767);
    }
    if (n.reset === 'after') {
      const [reset, , w, m] = gates;
      const q = (w.values[j] + roundingShift(reset.values[j] * m.values[j], 14)) << (12 - (n.candidateBits ?? 12));
      c = updateQ12(n.update, saturate(q, 32767));
    }
    this.leak(j, roundingShift(g * c, 12 - n.stateBits) + z * h[j]);
  }

  /** The new state of unit j, in Q(n+14) without its remainder. */
  private leak(j: number, sum: number): void {
    const { network: n, h, r } = this;
    const v = sum + r[j];
    h[j] = saturate(v >> 14, n.stateLimit);
    r[j] = v & 16383;
  }

  private stepLSTM(): void {
    const { network: n, gates, h, r, memory } = this;
    const [i, f, c, o] = gates;
    const shift = 12 - (n.memoryBits ?? 12);
    for (let j = 0; j < h.length; j++) {
      const v = roundingShift(i.values[j] * c.values[j], shift) + f.values[j] * memory[j] + r[j];
      memory[j] = saturate(v >> 14, n.memoryLimit ?? 32767);
      r[j] = v & 16383;
      const y = updateQ12(n.update, saturate(memory[j] << shift, 32767));
      h[j] = saturate(roundingShift(o.values[j] * y, 26 - n.stateBits), n.stateLimit);
    }
  }
}

/** The layers of an integer network, each a cell; the last one has the head. */
export function integerCells(module: WebAssembly.Module, network: IntegerNetwork): Layer[] {
  return separateLayers(network).map((layer) =>
    isGateByGate(layer) ? new GatedCell(module, layer) : new IntegerCell(module, layer),
  );
}

/** The kernel takes a U of full rank with a column a unit. */
function withWholeU(network: IntegerNetwork): IntegerNetwork {
  const { hiddenSize: size, u1 } = network;
  return { ...network, u1: { ...u1, columns: size, values: new Int8Array(size * size) } };
}
