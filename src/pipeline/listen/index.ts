export type { Spoken, SpokenTrack, Track } from '../../detector/index.js';
export { detectorOf, withChosenThreshold, type Goal } from './choose.js';
export { streamMetrics, type HeardStream } from './evaluate.js';
export { StreamEar, type StreamFrames } from './network.js';
export { hearSounds, testSounds, type SoundOptions, type SoundSource } from './sounds.js';
export { spokenTrack, wordStream, type WordStream } from './words.js';
export { checkDetectable, withDetector, withSettings } from './detector.js';
export { detectorIn, evaluateStream, type StreamOptions } from './stream.js';
