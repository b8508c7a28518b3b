import { nonlinearities, type Nonlinearity } from '../network/index.js';

const { tanh, sigmoid } = nonlinearities;

/** Of a function of straight lines, away from its knots: a difference over a power of two gives a line's slope. */
function slopeOf(kind: 'tanh8' | 'sigmoid8'): (x: number) => number {
  const f = nonlinearities[kind];
  const step = 2 ** -20;
  return (x) => (f(x + step) - f(x - step)) / (2 * step);
}
const tanh8 = slopeOf('tanh8');
const sigmoid8 = slopeOf('sigmoid8');

/** The derivative of each nonlinearity in float64; at a kink that of the flat side. */
export const derivatives: Readonly<Record<Nonlinearity, (x: number) => number>> = {
  tanh: (x) => 1 - tanh(x) * tanh(x),
  sigmoid: (x) => sigmoid(x) * (1 - sigmoid(x)),
  relu: (x) => (x > 0 ? 1 : 0),
  hardTanh: (x) => (Math.abs(x) < 1 ? 1 : 0),
  hardSigmoid: (x) => (Math.abs(x) < 1 ? 0.5 : 0),
  hardSigmoid4: (x) => (Math.abs(x) < 2 ? 0.25 : 0),
  tanh8,
  sigmoid8,
};

/** The largest derivative, the paper's D = sup ||D_k||. */
export const steepest: Readonly<Record<Nonlinearity, number>> = {
  tanh: 1,
  sigmoid: 0.25,
  relu: 1,
  hardTanh: 1,
  hardSigmoid: 0.5,
  hardSigmoid4: 0.25,
  tanh8: tanh8(0.1), // the lines from 0 are the steepest
  sigmoid8: sigmoid8(0.1),
};

/** The largest magnitude of each. */
export const largest: Readonly<Record<Nonlinearity, number>> = {
  tanh: 1,
  sigmoid: 1,
  relu: Infinity,
  hardTanh: 1,
  hardSigmoid: 1,
  hardSigmoid4: 1,
  tanh8: 1,
  sigmoid8: 1,
};
