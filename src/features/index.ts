export { fitNormalisation, type NormaliseKind } from './normalise.js';
export { Fourier } from './fft.js';
export { IntegerSoundStream } from './integer/integer-stream.js';
export { logarithms } from './integer/logarithm.js';
export { cepstrumShift, integerLsb, integerSound, logarithmBits, type IntegerSound } from './integer/settings.js';
export { lowPass, resample, resamplingRatio } from './resample.js';
export { soundChannels, soundExtractor, soundFeatures, soundFrames } from './sound-features.js';
export { SoundStream } from './sound-stream.js';
export {
  integerSoundProblems,
  soundLengths,
  soundSettings,
  type CepstrumSettings,
  type FilterCorners,
  type PcenSettings,
  type SoundArithmetic,
  type SoundOptions,
  type SoundSettings,
  type WindowShape,
} from '../recipe/light.js';
