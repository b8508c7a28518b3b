export { knownBoards, type BoardFacts } from './board-facts.js';
export { renderReport } from './html.js';
export type { InputUnit, ReportInput } from './input.js';
export type { BoardBuilds, BoardRun, ClassMetrics, Metrics, StageMetrics } from './metrics.js';
export { stageMetrics } from './stages.js';
