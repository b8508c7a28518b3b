/** What rooms need of this one that only write and compare: it loads no library. */
export { canonicalJson } from './canonical.js';
export { boardNames, type BoardName } from './boards.js';
export {
  filterCorners,
  integerSoundProblems,
  soundKinds,
  soundLengths,
  soundSettings,
  windowShapes,
  type CepstrumSettings,
  type FilterCorners,
  type PcenSettings,
  type SoundArithmetic,
  type SoundOptions,
  type SoundSettings,
  type WindowShape,
} from './sound.js';
