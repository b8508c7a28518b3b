import type { IntegerNetwork } from '../integer/index.js';

/** Written into every blob, with its `storageCode`; a runtime refuses any other. */
export const blobVersion = 1;

/** The order is part of the format. */
export const indexCodes = ['byte', 'bitmap', 'delta'] as const;

/** What byte 2 adds to the version: 0 for plain storage. */
export function storageCode({ weightBits, indices }: IntegerNetwork['storage']): number {
  return (indexCodes.indexOf(indices) << 4) | (weightBits === 4 ? 0x40 : 0);
}

/** Bytes before the arrays. */
export const blobHeaderBytes = 36;

/** The order is part of the format: a nonlinearity's code is its place here. */
export const nonlinearityCodes = [
  'hardTanh',
  'hardSigmoid',
  'hardSigmoid4',
  'relu',
  'tanh',
  'sigmoid',
  'tanh8',
  'sigmoid8',
] as const;

/** Beside the gate's code: the inputs are tokens. */
export const tokenCode = 8;

/** Bits of the header's flag byte. */
export const blobFlags = {
  fastRNN: 1,
  perChannel: 2,
  sparseW2: 4,
  sparseU2: 8,
  sparseW1: 16,
  sparseU1: 32,
  sparseClassifier: 64,
  mean: 128,
} as const;
