/** The names of what the kernels compute, without the kernels. */
export { NONLINEARITIES, nonlinearityNumber, type Nonlinearity } from './nonlinearity.js';
