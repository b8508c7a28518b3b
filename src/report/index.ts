export { knownBoards, type BoardFacts } from './board-facts.js';
export { ReportError } from './errors.js';
export { renderReport } from './html.js';
export type { InputUnit, ReportInput } from './input.js';
export type { BoardBuilds, BoardRun, ClassMetrics, Metrics, StageMetrics } from './metrics.js';
export { accuracy, classScores, confusionMatrix, macroF1, wilsonInterval, type ClassScore } from './scores.js';
export { stageMetrics } from './stages.js';
