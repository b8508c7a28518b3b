/** The float network: architectures, cells, and the engine that runs and differentiates them on the kernels. */
export {
  ArchitectureError,
  CELLS,
  checkArchitecture,
  directionsOf,
  fixedResidual,
  biasesOf,
  gatesOf,
  isGated,
  layerInputSize,
  layersOf,
  optionalFields,
  outputSize,
  parameterCount,
  plainHead,
  resetOf,
  stackFields,
  tensorPrefix,
  tensorsByName,
  tensorsOf,
  type Architecture,
  type CellName,
  type TensorRole,
  type TensorSpec,
} from './architecture.js';
export { plainArchitecture, recurrentMatrix, withPlainMatrix } from './recurrence/matrix.js';
export { orthogonalFactors, type OrthogonalFactor } from './recurrence/orthogonality.js';
export {
  RECURRENCES,
  recurrenceOf,
  recurrenceProblems,
  type Recurrence,
  type RecurrenceFields,
} from './recurrence/recurrence.js';
export { forwardFlops, iterationFlops } from './flops.js';
export { initialise } from './initialise.js';
export { decodeSafetensors, ModelFileError, type Tensor, type TensorData, type TensorType } from './safetensors.js';
export { encodeSafetensors } from './safetensors-encode.js';
export { modelFileVersion } from './container.js';
export { decodeModel, encodeModel, type ModelFile } from './model-file.js';
export type {
  DetectorSettings,
  Imported,
  IntegerSetting,
  ModelFacts,
  ModelMetadata,
  Provenance,
} from './model-metadata.js';
export { rangesByName, type LayerRanges, type Ranges } from './ranges.js';
export { CellEngine, type LossOptions } from './engine.js';
export { NetworkEngine } from './network.js';
export { Optimiser, type AdamSettings, type MomentumSettings, type OptimiserState } from './optimiser.js';
export type { BackwardPass, Cell, CellClass, ForwardPass, Pass } from './cells/cell.js';
export { cellPrefixes, type CellLimits, type Limits, type Places } from './places.js';
export type { RecordingLimits, RecordingViews } from './recordings.js';
export { modReLU, nonlinearities, referenceForward, type ReferenceResult } from './reference.js';
export { tanhLines } from './tanh-lines.js';
export type { Nonlinearity } from '../kernels/index.js';
