/**
 * The typed API: from arrays or recordings to firmware, the same steps as the command line's. Each room of the source is also
 * a subpath of its own (`fastgrnn/network`, `fastgrnn/training`, …) with everything that it offers.
 */
export {
  ApiError,
  Batches,
  convert,
  ConvertedModel,
  evaluate,
  exportC,
  FastGRNN,
  FastRNN,
  FastRNNVector,
  FloatStream,
  GRU,
  LSTM,
  RecurrentNetwork,
  RNN,
  simulate,
  StepOptimiser,
  train,
  UGRNN,
  type Batch,
  type BatchEvaluation,
  type BatchesOptions,
  type CalibrationOptions,
  type DatasetCalibrationOptions,
  type FastGRNNOptions,
  type FastRNNOptions,
  type GatheredBatch,
  type GradientOptions,
  type GRUOptions,
  type LossAndGradients,
  type LSTMOptions,
  type ModelEvaluation,
  type NetworkOptions,
  type RNNOptions,
  type OptimiserOptions,
  type SimulateModelOptions,
  type StepOptions,
  type Trained,
  type TrainOptions,
  type TrainSettings,
} from './api/index.js';
export { proveUno } from './boards/index.js';
export {
  datasetFrom,
  loadDataset,
  splitValidation,
  type Dataset,
  type DatasetOptions,
  type SequenceArray,
  type SequenceArrays,
  type Sequences,
} from './data/index.js';
export { fitNormalisation } from './features/index.js';
export { encodeBlob, modelBytes, testVectors, unoImage } from './firmware/index.js';
export { calibrate, IntegerInterpreter, predictInteger, type IntegerNetwork } from './integer/index.js';
export { loadKernels, type KernelOptions, type Kernels } from './kernels/index.js';
export { Random } from './math/index.js';
export {
  initialise,
  NetworkEngine,
  Optimiser,
  tensorsOf,
  type Architecture,
  type Nonlinearity,
} from './network/index.js';
export {
  decode as decodeModelFile,
  encode as encodeModelFile,
  readModel,
  runRecipe,
  trainRecipe,
  type FloatModel,
  type IntegerModel,
  type Model,
  type RunOptions,
} from './pipeline/index.js';
export { loadRecipe, resolveRecipe, type Recipe } from './recipe/index.js';
export { evaluateFloat, learningRateAt, type TrainingTask } from './training/index.js';
