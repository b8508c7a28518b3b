export { cos, exp, exponentOf, ln, powerOfTwo, sigmoid, sin, tanh } from './elementary.js';
export { Random, threefry2x32, type RandomState } from './random.js';
export { argmax, mean, standardDeviation, standardError } from './statistics.js';
