/** The part of this room that costs a bundle nothing. */
export { cos, exp, ln, powerOfTwo, sigmoid, sin } from './elementary.js';
export { lowRankProduct } from './matrix.js';
export { argmax } from './statistics.js';
