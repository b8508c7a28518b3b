/** The part of this room that costs a bundle nothing. */
export { powerOfTwo } from './elementary.js';
export { argmax } from './statistics.js';
