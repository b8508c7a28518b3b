/** What running an integer network needs of this room: it loads no library and no kernels. */
export { integerNetworkFrom } from './model-file.js';
export { meanOf, pool } from './mean.js';
export { embeddingShift, logitBits, separateLayers, type IntegerMatrix, type IntegerNetwork } from './network.js';
