/** Events in a stream that never ends: the integer detector behind an integer network. `docs/detector.md` is its definition. */
export { Detector, NONE, Scores, Trigger } from './detector.js';
export {
  detectionCurve,
  eventsOf,
  judge,
  peaksOf,
  thresholdsOf,
  trackOf,
  withThreshold,
  type CurvePoint,
  type Spoken,
  type SpokenTrack,
  type Track,
  type TrackEvent,
} from './curve.js';
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
