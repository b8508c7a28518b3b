export { predictBaselines, type BaselinePrediction, type BaselineTask } from './baselines.js';
