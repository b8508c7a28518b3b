/** What a trained network's recurrence does to gradients, and what the paper's theory says of it. */
export {
  analyse,
  recurrenceOf,
  scalarsOf,
  type Analysis,
  type AnalysisTask,
  type Iterations,
  type Recurrence,
  type Scalars,
  type Spread,
} from './analyse.js';
export { conditionBound, conditions, largestCondition, largestStep, type ConditionOfSteps } from './condition.js';
export { gatedTrajectory } from './gated.js';
export { stateGradients } from './gradients.js';
export { normalisedInputs } from './inputs.js';
export { AnalysisError, parametersOf, type GateMatrices, type Parameters } from './parameters.js';
export { initialStateBias, lossAndGradientNorm, type InitialStateBias } from './passes.js';
export { theoremsOf, type TheoremFacts, type Theorems } from './theorems.js';
export { trajectoryOf, type SharedTrajectory, type Trajectory } from './trajectory.js';
