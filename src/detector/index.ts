/** Events in a stream that never ends: the integer detector behind an integer network. `docs/detector.md` is its definition. */
export { Detector, NONE, Scores, Trigger } from './detector.js';
export {
  checkDetector,
  DetectorError,
  marginBits,
  marginBitsOf,
  marginShiftOf,
  pushSteps,
  scoreBits,
  stateBytes,
  statesWithin,
  type DetectorSettings,
} from './settings.js';
export { StreamingDetector, type DetectorCell } from './streaming.js';
