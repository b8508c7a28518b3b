export { allExact, buildsOf, type BuildView } from './boards.js';
export { knownBoards, type BoardFacts } from './board-facts.js';
export { renderReport } from './html.js';
export type { InputUnit, ReportInput, ValuePairs, WorstView } from './input.js';
export type {
  BaselineMetrics,
  BoardBuilds,
  BoardRun,
  CalibrationMetrics,
  HeardRun,
  Metrics,
  NetworkCalibration,
  NetworkMetrics,
  StageMetrics,
  UnitKind,
  WorstSequence,
} from './metrics.js';
export { percent, type Figure } from './format.js';
export { stageMetrics } from './stages.js';
export { justification, mainFigure, metricNames } from './baselines.js';
export { overFolds, renderFolds, type FoldRow, type FoldsMetrics, type OverFolds } from './folds.js';
export { unitWords } from './metrics.js';
export { aheadText, boardCycles, overSeeds, renderComparison, shapeText } from './compare.js';
export type { Ahead, CompareMetrics, CompareRow, OverSeeds } from './compare-metrics.js';
export { leadOver } from './lead.js';
export { averagedText, conditionText, framesText, renderAnalysis } from './analysis.js';
export type { AlphaRow, AnalysisMetrics, Averaged, EpochAnalysis, LengthRow } from './analysis-metrics.js';
export { clock, renderStream } from './stream.js';
export type { StreamMetrics } from './stream-metrics.js';
