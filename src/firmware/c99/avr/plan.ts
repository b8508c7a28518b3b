import { roundingTerm, rowBound, type IntegerMatrix, type IntegerNetwork } from '../../../integer/index.js';
import { boundsOf, type Bounds } from '../../bounds.js';
import type { MatrixForm } from '../../rows.js';
import type { CGate, CLayout, CMatrix } from '../layout.js';

/** What the generated code is made for: few bytes of flash, or few cycles. */
export type Optimize = 'size' | 'speed';

/** One of the two rows that a hidden unit sums. */
export interface UnitRow {
  readonly matrix: CMatrix;
  /** Where its operands begin in the vector that both walk along, in columns. */
  readonly start: number;
}

/** How a unit's biases join p. */
export type BiasForm =
  /** All of p + bias fits 16 bits, and both shifts are of 8 bits: sums start with the gate's bias, then the difference is added. */
  | 'preloaded'
  /** The same where sums overflow 24 bits: then nothing counts but the sign, since every nonlinearity has corners nearer to 0. */
  | 'counted'
  /** All of p + bias fits 16 bits. */
  | 'narrow'
  /** Biases are stored `biasOffset` too large, so that none is negative, and are added to 3 bytes. */
  | 'wide';

/** Everything that the assembler of a step is made from: what is proven about the network, and what follows for registers and shifts. */
export interface AvrPlan extends Summing {
  readonly layout: CLayout;
  readonly optimize: Optimize;
  readonly network: IntegerNetwork;
  readonly bounds: Bounds;
  /** The rows of a unit, that of the larger shift first: its sum is shifted to the other's format while that one is added to it. */
  readonly first: UnitRow;
  readonly second: UnitRow;
  /** The largest magnitude of both sums as they stand in one accumulator, with what of the biases is in it. */
  readonly sumBound: number;
  /** Values of the vector that both walk along: t and u, or a or a copy of h where the rank is full. */
  readonly vectorLength: number;
  /** Where a, t and u begin in the memory of a step, in values; how many it has. */
  readonly inputAt: number;
  readonly wAt: number;
  readonly uAt: number;
  readonly scratchLength: number;
  readonly biases: BiasForm;
  readonly biasOffset: number;
  /** Whether sums start with that offset taken off. */
  readonly offsetTaken: boolean;
  /** What is added to q for the gate and the update, so that its nonlinearity's first corner lies at 0. */
  readonly gateCorner: number;
  readonly updateCorner: number;
  /** Whether the corners are part of the stored biases. */
  readonly cornersStored: boolean;
  /** Of a gate that stands for itself: what its units give, instead of a new state. */
  readonly gives: CGate['gives'] | undefined;
}

/** The corner of the lower end of each nonlinearity, which clips at 0 then. */
const corners = {
  hardTanh: 4096,
  hardSigmoid: 4096,
  hardSigmoid4: 8192,
  relu: 0,
  tanh: 0,
  sigmoid: 0,
  tanh8: 0,
  sigmoid8: 0,
} as const;

export const bytesFor = (bound: number): 3 | 4 => (bound < 2 ** 23 ? 3 : 4);

/** @returns undefined where both rows of a unit, in one accumulator, could exceed 32 bits: apart, they do not. */
export function planOf(portable: CLayout, optimize: Optimize, gives?: CGate['gives']): AvrPlan | undefined {
  const layout = withForms(portable);
  const { network, w2, u2, w1, u1, gated } = layout;
  const bounds = boundsOf(network);
  const swapped = u1.shift > w1.shift;
  const ofW = { matrix: w1, length: w1.matrix.columns };
  const ofU = { matrix: u1, length: u1.matrix.columns };
  const [one, two] = swapped ? [ofU, ofW] : [ofW, ofU];
  const unitBound = boundOfUnits(network, one.matrix, two.matrix, bounds, swapped);
  if (unitBound >= 2 ** 31) return undefined;
  const vectorLength = ofW.length + ofU.length;
  const wAt = swapped ? ofU.length : 0;
  const uAt = swapped ? 0 : ofW.length;
  // Of low rank, a is read before u is written, and takes its place where that lies at the end.
  const inputAt = !w2 ? wAt : u2 && !swapped ? uAt : vectorLength;
  const updateCorner = gives === 'sum' ? 0 : corners[network.update];
  const gateCorner = gated ? corners[network.gate] : gives ? updateCorner : 0;

  const all = [
    ...Array.from(network.biasGate, (bias) => bias + gateCorner),
    ...Array.from(network.biasUpdate, (bias) => bias + updateCorner),
  ];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const bothEight = w1.shift === 8 && u1.shift === 8;
  const narrow = bounds.p + most <= 32767 && bounds.p - least <= 32767;
  const counted = bothEight && unitBound + 2 ** 24 < 2 ** 31 && saturatesEarly(network, gateCorner, updateCorner);
  const biases = narrow ? (bothEight ? 'preloaded' : 'narrow') : counted ? 'counted' : 'wide';
  const cornersStored = biases !== 'wide' || most - least <= 65535;
  const biasOffset = biases !== 'wide' ? 0 : cornersStored ? -least : 32768;
  const offsetTaken = biases === 'wide' && bothEight && unitBound + Math.abs(biasOffset) * 256 < 2 ** 31;
  const sumBound = biases === 'preloaded' ? 2 ** 23 - 1 : unitBound + (offsetTaken ? Math.abs(biasOffset) * 256 : 0);
  return {
    ...{ layout, optimize, network, bounds },
    ...summing(layout, bounds, optimize, biases === 'counted' ? 4 : bytesFor(sumBound)),
    first: { matrix: one.matrix, start: 0 },
    second: { matrix: two.matrix, start: one.length },
    sumBound,
    vectorLength,
    inputAt,
    wAt,
    uAt,
    scratchLength: Math.max(vectorLength, inputAt + network.inputSize),
    biases,
    biasOffset,
    offsetTaken,
    gateCorner,
    updateCorner,
    cornersStored,
    gives,
  };
}

/**
 * Whether a p + bias beyond 16 bits may be replaced by the int16 nearest to it: where both nonlinearities are flat there, also after the
 * difference of the biases is added.
 */
function saturatesEarly(network: IntegerNetwork, gateCorner: number, updateCorner: number): boolean {
  const { cell, gate, update, biasGate, biasUpdate } = network;
  const flat = ['hardTanh', 'hardSigmoid', 'hardSigmoid4'];
  if (!flat.includes(update)) return false;
  const start = cell === 'FastGRNN' ? biasGate : biasUpdate;
  const corner = cell === 'FastGRNN' ? gateCorner : updateCorner;
  if (!start.every((bias) => bias + corner <= 32767)) return false;
  if (cell === 'FastRNN') return true;
  if (!flat.includes(gate)) return false;
  const top = 2 * updateCorner;
  return biasUpdate.every((bias, j) => {
    const difference = bias + updateCorner - biasGate[j] - gateCorner;
    return difference >= top - 32767 && difference <= 32767;
  });
}

function boundOfUnits(
  { hiddenSize }: IntegerNetwork,
  first: CMatrix,
  second: CMatrix,
  bounds: Bounds,
  swapped: boolean,
): number {
  const [one, two] = swapped ? [bounds.u, bounds.w] : [bounds.w, bounds.u];
  let most = 0;
  for (let j = 0; j < hiddenSize; j++) {
    const sum = rowBound(first.matrix, j, one) + roundingTerm(first.shift);
    const kept = Math.ceil(sum / 2 ** first.shift) * 2 ** second.shift;
    most = Math.max(most, sum, kept + roundingTerm(second.shift) + rowBound(second.matrix, j, two));
  }
  return most;
}

/** What a projection (equation 2 or 3) depends on. */
export interface Projection {
  readonly form: MatrixForm;
  readonly columns: number;
  readonly shift: number;
  readonly sumBound: number;
  readonly limit: number;
  /** Bytes of its sums. */
  readonly bytes: 3 | 4;
}

/** What is summed by which code. */
interface Summing {
  readonly w?: Projection;
  readonly u?: Projection;
  readonly unitBytes: 3 | 4;
  /** `projections`: both have one code. `all`: and sum their rows by that of the units. */
  readonly shared: 'none' | 'projections' | 'all';
  /** All dense rows, the head's among them, are summed by one routine, which has so many bytes. */
  readonly dense: 3 | 4 | undefined;
  readonly headBytes: 3 | 4;
}

function summing(layout: CLayout, bounds: Bounds, optimize: Optimize, unitBytes: 3 | 4): Summing {
  const { network, w2, u2, w1, u1, classifier } = layout;
  const of = (m: CMatrix | undefined, sumBound: number, limit: number): Projection | undefined =>
    m && {
      form: m.form,
      columns: m.form === 'sparse' ? 0 : m.matrix.columns,
      shift: m.shift,
      sumBound,
      limit,
      bytes: bytesFor(sumBound),
    };
  const w = of(w2, bounds.w2, network.wLimit);
  const u = of(u2, bounds.u2, network.uLimit);
  const headBytes = bytesFor(bounds.logit);
  const own: Summing = { ...(w && { w }), ...(u && { u }), unitBytes, shared: 'none', dense: undefined, headBytes };
  if (optimize === 'speed') return own;

  const dense = denseBytes([
    { form: w?.form, bytes: w?.bytes },
    { form: u?.form, bytes: u?.bytes },
    { form: w1.form, bytes: unitBytes },
    { form: u1.form, bytes: unitBytes },
    { form: classifier.form, bytes: headBytes },
  ]);
  const bytesOf = (form: MatrixForm, bytes: 3 | 4): 3 | 4 => (form === 'dense' ? (dense ?? bytes) : bytes);
  const densely = {
    ...(w && { w: { ...w, bytes: bytesOf(w.form, w.bytes) } }),
    ...(u && { u: { ...u, bytes: bytesOf(u.form, u.bytes) } }),
    unitBytes: w1.form === 'dense' || u1.form === 'dense' ? bytesOf('dense', unitBytes) : unitBytes,
    headBytes: bytesOf(classifier.form, headBytes),
    dense,
    shared: 'none',
  } as const;
  if (!w && !u) return densely;
  const like = (p: Projection): unknown[] => [p.form, dense && p.form === 'dense' ? 0 : p.columns, p.shift, p.limit];
  if (w && u && String(like(w)) !== String(like(u))) return densely;
  const sumBound = Math.max(bounds.w2, bounds.u2);
  const sparse = [w2, u2, w1, u1].every((m) => !m || m.form === 'sparse');
  const bytes =
    sparse && unitBytes === 4 ? 4 : Math.max(bytesFor(sumBound), densely.w?.bytes ?? 3, densely.u?.bytes ?? 3);
  const both = (p: Projection): Projection => ({ ...p, sumBound, bytes: bytes as 3 | 4 });
  return {
    ...densely,
    ...(densely.w && { w: both(densely.w) }),
    ...(densely.u && { u: both(densely.u) }),
    unitBytes: sparse ? (bytes as 3 | 4) : densely.unitBytes,
    shared: sparse ? 'all' : w && u ? 'projections' : 'none',
  };
}

/** Bytes of a routine for the dense ones among sums, where it has more than one caller. */
function denseBytes(sums: readonly { form: MatrixForm | undefined; bytes: 3 | 4 | undefined }[]): 3 | 4 | undefined {
  const users = sums.filter(({ form }) => form === 'dense');
  if (users.length < 2) return undefined;
  return users.some(({ bytes }) => bytes === 4) ? 4 : 3;
}

/** Bytes of code that the loop over a dense row takes. */
const denseLoop = 72;

/**
 * The forms of matrices for AVR. Sparse rows are faster than dense ones up to a density of 0.8, so they may be somewhat longer; where
 * all but a few small matrices are sparse, these are too, which spares the code of another loop. Packed ones are as few bytes as can be.
 */
function withForms(layout: CLayout): CLayout {
  const { weightBits, indices } = layout.network.storage;
  if (weightBits !== 8 || indices !== 'byte') return layout;
  const bytes = ({ values, rows }: IntegerMatrix): number =>
    rows + 2 * values.reduce((n, v) => n + (v !== 0 ? 1 : 0), 0);
  const matrices = [layout.w2, layout.u2, layout.w1, layout.u1].filter((m) => m !== undefined);
  const sparse = (m: CMatrix): boolean => bytes(m.matrix) <= 1.25 * m.matrix.values.length;
  const dense = matrices.filter((m) => !sparse(m));
  const extra = dense.reduce((sum, { matrix }) => sum + bytes(matrix) - matrix.values.length, 0);
  const all = dense.length < matrices.length && extra <= denseLoop;
  const formed = (m: CMatrix): CMatrix => ({ ...m, form: all || sparse(m) ? 'sparse' : 'dense' });
  return {
    ...layout,
    w2: layout.w2 && formed(layout.w2),
    u2: layout.u2 && formed(layout.u2),
    w1: formed(layout.w1),
    u1: formed(layout.u1),
  };
}
