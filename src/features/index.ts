export { fitNormalisation, type NormaliseKind } from './normalise.js';
export { Fourier } from './fft.js';
export { logMel, logMelFrames, logMelSettings } from './log-mel.js';
export { lowPass, resample, resamplingRatio } from './resample.js';
