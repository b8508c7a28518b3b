/** The nonlinearities that the kernels offer, in the order of their numbers in a program (kernels/activation.h). */
export const NONLINEARITIES = [
  'tanh',
  'sigmoid',
  'relu',
  'hardTanh',
  'hardSigmoid',
  'hardSigmoid4',
  'tanh8',
  'sigmoid8',
] as const;

/**
 * `hardTanh` is clip(x, -1, 1), `hardSigmoid` clip((x + 1) / 2, 0, 1) as in EdgeML, `hardSigmoid4` clip((x + 2) / 4, 0, 1),
 * whose slope at 0 is the sigmoid's. `tanh8` and `sigmoid8` follow tanh and the sigmoid by eight straight lines a side: between their
 * values at k / 2 and at k, k = 0..8 (in Q14, docs/integer-network.md), and flat beyond.
 */
export type Nonlinearity = (typeof NONLINEARITIES)[number];

export function nonlinearityNumber(kind: Nonlinearity): number {
  return NONLINEARITIES.indexOf(kind);
}
