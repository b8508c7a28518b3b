/** The typed API's own part: networks for a loop of one's own, training of arrays, and the way on to firmware. */
export type { Batch } from './batch.js';
export { Batches, type BatchesOptions, type GatheredBatch } from './batches.js';
export type { CalibrationOptions, DatasetCalibrationOptions } from './calibration.js';
export { FastGRNN, FastRNN } from './cells.js';
export { convert, evaluate, exportC, simulate, type ModelEvaluation, type SimulateModelOptions } from './convert.js';
export { ApiError } from './errors.js';
export { ConvertedModel } from './converted.js';
export { RecurrentNetwork, type BatchEvaluation, type GradientOptions, type LossAndGradients } from './network.js';
export { FloatStream } from './stream.js';
export { StepOptimiser, type OptimiserOptions, type StepOptions } from './optimiser.js';
export { FastRNNVector, GRU, LSTM, RNN, UGRNN } from './other-cells.js';
export type {
  FastGRNNOptions,
  FastRNNOptions,
  GRUOptions,
  LSTMOptions,
  NetworkOptions,
  RNNOptions,
} from './options.js';
export { train, type Trained, type TrainOptions, type TrainSettings } from './train.js';
