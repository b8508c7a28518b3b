import type { Nonlinearity } from '../../network/index.js';

/**
 * What nonlinearities are called elsewhere. EdgeML's definitions are these: quantTanh clips x to [-1, 1], quantSigm clips
 * (x + 1) / 2 to [0, 1], quantSigm4 clips (x + 2) / 4 to [0, 1].
 */
export const nonlinearityNames: Readonly<Record<string, Nonlinearity>> = {
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  relu: 'relu',
  hardTanh: 'hardTanh',
  hardSigmoid: 'hardSigmoid',
  hardSigmoid4: 'hardSigmoid4',
  quantTanh: 'hardTanh',
  quantSigm: 'hardSigmoid',
  quantSigm4: 'hardSigmoid4',
};
