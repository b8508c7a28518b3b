import { NONLINEARITIES, type Nonlinearity } from '../../kernels/index.js';

/**
 * What nonlinearities are called here and elsewhere. EdgeML's definitions are these: quantTanh clips x to [-1, 1], quantSigm clips
 * (x + 1) / 2 to [0, 1], quantSigm4 clips (x + 2) / 4 to [0, 1].
 */
export const nonlinearityNames: Readonly<Record<string, Nonlinearity>> = {
  ...(Object.fromEntries(NONLINEARITIES.map((name) => [name, name])) as Record<Nonlinearity, Nonlinearity>),
  quantTanh: 'hardTanh',
  quantSigm: 'hardSigmoid',
  quantSigm4: 'hardSigmoid4',
};
