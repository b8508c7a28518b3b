export { bootstrapDraws, bootstrapLevel, type BootstrapOptions, type Interval } from './bootstrap.js';
export {
  calibrationOf,
  fitTemperature,
  reliabilityBins,
  softmaxOf,
  type Calibration,
  type ReliabilityBin,
} from './calibration.js';
export {
  accuracy,
  balancedAccuracy,
  classScores,
  confusionMatrix,
  macroF1,
  rowSum,
  wilsonInterval,
  type ClassScore,
} from './classes.js';
export { MetricError } from './errors.js';
export { groupScores, type GroupScore } from './groups.js';
export {
  classIntervals,
  labelIntervals,
  regressionIntervals,
  type ClassIntervals,
  type LabelIntervals,
  type RegressionIntervals,
} from './intervals.js';
export { multiLabelScores, type LabelScore, type MultiLabelScores } from './multi-label.js';
export { predictedClasses, predictedLabels, type HeadKind, type Outputs } from './outputs.js';
export { regressionScores, type RegressionScore, type RegressionScores } from './regression.js';
export { rowLosses, worstSequences, type SequenceLoss } from './losses.js';
export {
  agreementOf,
  decisionsOf,
  mainMetrics,
  scoresOf,
  type ClassScoreWithIntervals,
  type Decisions,
  type MainMetric,
  type Scores,
} from './scores.js';
