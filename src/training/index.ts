export { streamLabels, type StreamSettings } from './stream.js';
export { predictBaselines, type BaselinePrediction, type BaselineTask } from './baselines/index.js';
export { fitOutputs, targetSource } from './answers.js';
export { evaluateFloat, forEachBlock, type Evaluation, type NetworkOnData } from './evaluation.js';
export { batchesFor, cut, epochOrder, sortByLength, streams } from './batches.js';
export type { AugmentSettings } from './augment.js';
export { Gather, recordingLimits, type InputTarget } from './gather.js';
export { randomisedGradient, type RandomisedGradient } from './randomised.js';
export { learningRateAt, type ScheduleSettings } from './schedule.js';
export { markDecay, thresholdedMatrices, type ThresholdedMatrix } from './support.js';
export type { BestEpoch, TrainingState } from './state.js';
export {
  stagesOf,
  TrainingError,
  type EpochRecord,
  type LabelledSequences,
  type OutputUnits,
  type Stage,
  type TeacherTargets,
  type TrainingTask,
} from './task.js';
export { epochWork, type Work } from './work.js';
export type { Progress } from './progress.js';
export { TrainingPool } from './pool.js';
export { train, type Running, type TrainingResult, type TrainOptions } from './train.js';
export * from './metrics/index.js';
export { floatLogits, integerLogits, outputsOf } from './logits.js';
export { labelledRows, someRows, type HeadShape, type LabelledRows } from './rows.js';
