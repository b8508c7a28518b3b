/** What running an integer network needs of this room: it loads no library and no kernels. */
export { integerNetworkFrom } from './model-file.js';
export { meanOf, pool } from './mean.js';
export { gateNetworks, isGateByGate, type GateNetwork } from './gate-networks.js';
export {
  dividedBiases,
  embeddingShift,
  isGivenInput,
  lastLayer,
  logitBits,
  separateLayers,
  stateSize,
  type IntegerMatrix,
  type IntegerNetwork,
} from './network.js';
export { activateQ14, roundingShift, saturate, updateQ12 } from './nonlinearity.js';
