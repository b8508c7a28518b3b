export { calibrate } from './calibration.js';
export { checkIntegerForm, convert } from './convert.js';
export {
  cellWeights,
  FloatNetwork,
  perUnit,
  residualWeights,
  type CellWeight,
  type FloatGate,
} from './float-network.js';
export { agreement, physicalValues, predictInteger } from './evaluation.js';
export { equalSequences, framesOf, type Int16Sequences, type Normalisation } from './input.js';
export { gateNetworks, isGateByGate, type GateNetwork } from './gate-networks.js';
export { IntegerInterpreter } from './interpreter.js';
export { integerModelParts, integerNetworkFrom } from './model-file.js';
export {
  biasNames,
  checkIntegerNetwork,
  dividedBiases,
  embeddingShift,
  hasSeveralGates,
  integerGates,
  integerLayers,
  isGivenInput,
  integerCell,
  IntegerNetworkError,
  lastLayer,
  logitBits,
  maximumSize,
  meanSteps,
  stateSize,
  plainStorage,
  separateLayers,
  stepInputs,
  weightStep4,
  type IntegerGate,
  type IntegerLayer,
  type IntegerMatrix,
  type IntegerNetwork,
  type Storage,
} from './network.js';
export { rangesByName, type LayerRanges, type Ranges } from '../network/index.js';
export { recurrentLevels, WeightRounding, withRoundedU } from './rounding.js';
export { roundingTerm, rowBound } from './row-bound.js';
export { balanced } from './balance.js';
export {
  activateQ14,
  roundingShift,
  saturate,
  tableOf,
  tablesOf,
  tanh8Table,
  tanhTable,
  updateQ12,
} from './nonlinearity.js';
