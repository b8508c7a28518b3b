export { solveSymmetric } from './cholesky.js';
export { cos, exp, exponentOf, ln, powerOfTwo, sigmoid, sin, tanh } from './elementary.js';
export { lowRankProduct, squareProduct, transposed } from './matrix.js';
export { minimise, type MinimiseOptions, type Objective } from './minimise.js';
export { Random, threefry2x32, type RandomState } from './random.js';
export { singularValues, spectralNorm } from './singular-values.js';
export { meanInterval, studentQuantile } from './student.js';
export { poissonAtMost, poissonUpperBound } from './poisson.js';
export { argmax, mean, standardDeviation, standardError } from './statistics.js';
