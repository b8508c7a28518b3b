/** The part of this room that costs a bundle nothing but what it uses. */
export { SoundStream } from './sound-stream.js';
