export { fitNormalisation, type NormaliseKind } from './normalise.js';
export { Fourier } from './fft.js';
export { lowPass, resample, resamplingRatio } from './resample.js';
export { soundChannels, soundExtractor, soundFeatures, soundFrames } from './sound-features.js';
export { SoundStream } from './sound-stream.js';
export {
  soundLengths,
  soundSettings,
  type CepstrumSettings,
  type FilterCorners,
  type PcenSettings,
  type SoundOptions,
  type SoundSettings,
  type WindowShape,
} from '../recipe/light.js';
