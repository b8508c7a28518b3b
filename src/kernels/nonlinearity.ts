/** The nonlinearities that the kernels offer, in the order of their numbers in a program (kernels/activation.h). */
export const NONLINEARITIES = ['tanh', 'sigmoid', 'relu', 'hardTanh', 'hardSigmoid', 'hardSigmoid4'] as const;

/**
 * `hardTanh` is clip(x, -1, 1), `hardSigmoid` clip((x + 1) / 2, 0, 1) as in EdgeML, `hardSigmoid4` clip((x + 2) / 4, 0, 1),
 * whose slope at 0 is the sigmoid's.
 */
export type Nonlinearity = (typeof NONLINEARITIES)[number];

export function nonlinearityNumber(kind: Nonlinearity): number {
  return NONLINEARITIES.indexOf(kind);
}
