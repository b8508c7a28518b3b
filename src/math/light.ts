/** The part of this room that costs a bundle nothing. */
export { argmax } from './statistics.js';
