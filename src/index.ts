/**
 * The typed API: from recordings to firmware, the same steps as the command line's. Each room of the source is also a subpath of its own
 * (`fastgrnn/network`, `fastgrnn/training`, …) with everything that it offers.
 */
export { loadDataset, type Dataset } from './data/index.js';
export { exportC, encodeBlob, modelBytes, testVectors, unoImage } from './firmware/index.js';
export { calibrate, convert, IntegerInterpreter, predictInteger, type IntegerNetwork } from './integer/index.js';
export { loadKernels, type Kernels } from './kernels/index.js';
export {
  initialise,
  NetworkEngine,
  Optimiser,
  tensorsOf,
  type Architecture,
  type Nonlinearity,
} from './network/index.js';
export {
  encode as encodeModelFile,
  readModel,
  runRecipe,
  trainRecipe,
  type Model,
  type RunOptions,
} from './pipeline/index.js';
export { loadRecipe, resolveRecipe, type Recipe } from './recipe/index.js';
export { proveUno, simulate } from './boards/index.js';
export { evaluateFloat, train, type TrainingTask } from './training/index.js';
