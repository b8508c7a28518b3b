import type { IntegerNetwork } from '../../../integer/index.js';
import { boundsOf, half, rowBound, type Bounds } from '../../bounds.js';
import type { MatrixForm } from '../../rows.js';
import type { CLayout, CMatrix } from '../layout.js';

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
  /** All of p + bias fits 16 bits. */
  | 'narrow'
  /** Biases are stored `biasOffset` too large, so that none is negative, and are added to 3 bytes. */
  | 'wide';

/** Everything that the assembler of a step is made from: what is proven about the network, and what follows for registers and shifts. */
export interface AvrPlan {
  readonly layout: CLayout;
  readonly network: IntegerNetwork;
  readonly bounds: Bounds;
  /** The rows of a unit, that of the larger shift first: its sum is shifted to the other's format while that one is added to it. */
  readonly first: UnitRow;
  readonly second: UnitRow;
  /** The largest magnitude of both sums as they stand in one accumulator. */
  readonly unitBound: number;
  /** Values of the vector that both walk along: t and u, or a or a copy of h where the rank is full. */
  readonly vectorLength: number;
  /** Where a, t and u begin in the memory of a step, in values; how many it has. */
  readonly inputAt: number;
  readonly wAt: number;
  readonly uAt: number;
  readonly scratchLength: number;
  readonly biases: BiasForm;
  readonly biasOffset: number;
  /** What is added to q for the gate and the update, so that its nonlinearity's first corner lies at 0. */
  readonly gateCorner: number;
  readonly updateCorner: number;
  /** Whether the corners are part of the stored biases. */
  readonly cornersStored: boolean;
}

/** The corner of the lower end of each nonlinearity, which clips at 0 then. */
const corners = { hardTanh: 4096, hardSigmoid: 4096, hardSigmoid4: 8192, relu: 0, tanh: 0, sigmoid: 0 } as const;

export const bytesFor = (bound: number): 3 | 4 => (bound < 2 ** 23 ? 3 : 4);

/** @returns undefined where both rows of a unit, in one accumulator, could exceed 32 bits: apart, they do not. */
export function planOf(layout: CLayout): AvrPlan | undefined {
  const { network, w2, u2, w1, u1, gated } = layout;
  const bounds = boundsOf(network);
  const swapped = u1.shift > w1.shift;
  const w = { matrix: w1, length: w1.matrix.columns };
  const u = { matrix: u1, length: u1.matrix.columns };
  const [one, two] = swapped ? [u, w] : [w, u];
  const unitBound = boundOfUnits(network, one.matrix, two.matrix, bounds, swapped);
  if (unitBound >= 2 ** 31) return undefined;
  const vectorLength = w.length + u.length;
  const wAt = swapped ? u.length : 0;
  const uAt = swapped ? 0 : w.length;
  // Of low rank, a is read before u is written, and takes its place where that lies at the end.
  const inputAt = !w2 ? wAt : u2 && !swapped ? uAt : vectorLength;
  const gateCorner = gated ? corners[network.gate] : 0;
  const updateCorner = corners[network.update];

  const all = [
    ...Array.from(network.biasGate, (bias) => bias + gateCorner),
    ...Array.from(network.biasUpdate, (bias) => bias + updateCorner),
  ];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const bothEight = w1.shift === 8 && u1.shift === 8;
  const narrow = bounds.p + most <= 32767 && bounds.p - least <= 32767;
  const cornersStored = narrow || most - least <= 65535;
  return {
    layout,
    network,
    bounds,
    first: { matrix: one.matrix, start: 0 },
    second: { matrix: two.matrix, start: one.length },
    unitBound,
    vectorLength,
    inputAt,
    wAt,
    uAt,
    scratchLength: Math.max(vectorLength, inputAt + network.inputSize),
    biases: narrow ? (bothEight ? 'preloaded' : 'narrow') : 'wide',
    biasOffset: narrow ? 0 : cornersStored ? -least : 32768,
    gateCorner,
    updateCorner,
    cornersStored,
  };
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
    const sum = rowBound(first.matrix, j, one) + half(first.shift);
    const kept = Math.ceil(sum / 2 ** first.shift) * 2 ** second.shift;
    most = Math.max(most, sum, kept + half(second.shift) + rowBound(second.matrix, j, two));
  }
  return most;
}

/** What a projection (equation 2 or 3) depends on. Two that agree in everything share their code. */
export interface Projection {
  readonly form: MatrixForm;
  readonly columns: number;
  readonly shift: number;
  readonly sumBound: number;
  readonly limit: number;
}

export function projections({ layout, network, bounds }: AvrPlan): { w?: Projection; u?: Projection } {
  const of = (m: CMatrix | undefined, sumBound: number, limit: number): Projection | undefined =>
    m && {
      form: m.form,
      columns: m.form === 'dense' ? m.matrix.columns : 0,
      shift: m.shift,
      sumBound,
      limit,
    };
  const w = of(layout.w2, bounds.w2, network.wLimit);
  const u = of(layout.u2, bounds.u2, network.uLimit);
  return { ...(w && { w }), ...(u && { u }) };
}
