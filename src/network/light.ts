/** What running a model needs of this room: it loads no library and no kernels. */
export {
  biasesOf,
  CELLS,
  fixedResidual,
  gatesOf,
  isGated,
  layerInputSize,
  layersOf,
  resetOf,
  tensorPrefix,
  type Architecture,
} from './architecture.js';
export { recurrentMatrix } from './recurrence/matrix.js';
export { checkTensors, openModel } from './container.js';
export type { DetectorSettings, IntegerSetting, ModelMetadata } from './model-metadata.js';
export { RECURRENCES } from './recurrence/recurrence.js';
export { ModelFileError, type Tensor } from './safetensors.js';
