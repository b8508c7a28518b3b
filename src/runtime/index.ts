/**
 * Runs a model file, float or integer, step by step, in Node and browsers; it pulls in nothing else of the package.
 * `docs/runtime.md` tells its use, size and speed.
 */
export { Detector, NONE, type DetectorSettings, type Scores, type Trigger } from '../detector/index.js';
export { IntegerSoundStream, integerSound, SoundStream, type IntegerSound } from '../features/light.js';
export { EventStream } from './event-stream.js';
export { listen } from './listen.js';
export { loadModel, type RuntimeModel } from './model.js';
export { ModelFileError } from '../network/light.js';
export { RuntimeError } from './memory.js';
export { Stream, StreamError } from './stream.js';
export type { SoundSettings } from '../recipe/light.js';
