import type { Nonlinearity } from '../kernels/index.js';

/** A nonlinearity in float64, and how far the kernels may be from it. */
export interface ScalarFunction {
  readonly f: (x: number) => number;
  /** The largest error in units of the exact result's last place, as docs/kernels.md has it, rounded up. */
  readonly ulps: number;
  /** Where that is meant. */
  readonly measured: (x: number) => boolean;
  /** The largest absolute error elsewhere. */
  readonly outside: number;
  /** The largest slope. */
  readonly slope: number;
}

const clip = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);
const everywhere = { measured: () => true, outside: 0 };

/** The nonlinearities as their definitions, with the kernels' largest errors. */
export const functions: Readonly<Record<Nonlinearity, ScalarFunction>> = {
  tanh: { f: Math.tanh, ulps: 7, measured: (x) => Math.abs(x) >= 2 ** -118, outside: 4e-43, slope: 1 },
  sigmoid: { f: (x) => 1 / (1 + Math.exp(-x)), ulps: 2.5, measured: (x) => x >= -87, outside: 1.7e-38, slope: 0.25 },
  relu: { f: (x) => Math.max(x, 0), ulps: 0, ...everywhere, slope: 1 },
  hardTanh: { f: (x) => clip(x, -1, 1), ulps: 0, ...everywhere, slope: 1 },
  hardSigmoid: { f: (x) => clip((x + 1) / 2, 0, 1), ulps: 0.5, ...everywhere, slope: 0.5 },
  hardSigmoid4: { f: (x) => clip((x + 2) / 4, 0, 1), ulps: 0.5, ...everywhere, slope: 0.25 },
  // Two roundings, of the product and of the sum: of positive terms, which cancel nothing.
  tanh8: { f: eightLines, ulps: 1, ...everywhere, slope: 1 },
  // Beside those of the line, two of the sum with 1/2; near 0 the sum's places are far larger than the result's.
  sigmoid8: { f: (x) => (1 + eightLines(x / 2)) / 2, ulps: 1, measured: (x) => x >= 0, outside: 2 ** -24, slope: 0.25 },
};

/** Straight lines between the engine's tanh(k / 2), k = 0..8, in Q14. */
function eightLines(x: number): number {
  const knots = Array.from({ length: 9 }, (_, k) => Math.round(16384 * Math.tanh(k / 2)) / 16384);
  const m = Math.min(Math.abs(x), 4);
  const k = Math.min(Math.floor(2 * m), 7);
  return Math.sign(x) * (knots[k] * (k + 1 - 2 * m) + knots[k + 1] * (2 * m - k));
}

/** The exponential's error, as `ulps` above, between -87 and 87; below, it stays at e^-87. */
export const exponentialUlps = 1.1;

const buffer = new DataView(new ArrayBuffer(8));

/** The distance between floats at y. */
export function lastPlace(y: number): number {
  buffer.setFloat64(0, y);
  const exponent = ((buffer.getUint32(0) >>> 20) & 0x7ff) - 1023;
  return 2 ** (Math.max(exponent, -126) - 23);
}

/** Every 4099th float by its bits, and the ones around which a function may change: their neighbours too. */
export function floatsOfAllKinds(): Float32Array {
  const edges = [
    0,
    2 ** -149,
    2 ** -126,
    2 ** -118,
    2 ** -100,
    2 ** -24,
    0.5,
    1,
    2,
    7.905311107635498,
    16,
    87,
    88,
    104,
  ];
  const words = Array.from({ length: Math.ceil(2 ** 32 / 4099) }, (_, i) => i * 4099);
  for (const edge of new Int32Array(Float32Array.from([...edges, Infinity]).buffer)) {
    for (const sign of [0, 2 ** 31]) {
      for (const neighbour of [-2, -1, 0, 1, 2]) words.push(Math.max(edge + neighbour, 0) + sign);
    }
  }
  return new Float32Array(Uint32Array.from(words).buffer);
}
