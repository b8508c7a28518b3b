/** The part of this room that costs a bundle nothing but what it uses. */
export { SoundStream } from './sound-stream.js';
export { IntegerSoundStream } from './integer/integer-stream.js';
export { integerSound, type IntegerSound } from './integer/settings.js';
