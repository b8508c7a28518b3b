export type { Listener, RunEvent } from './events.js';
export { proveBoards, runSequences, writeC, writeFirmware } from './firmware.js';
export {
  encode,
  integerModel,
  normalisationFrom,
  readModel,
  type FloatModel,
  type IntegerModel,
  type Model,
  type ModelFacts,
} from './models.js';
export { runRecipe, trainRecipe, type FinishedRun, type RunOptions, type TrainedRun } from './run.js';
export { checkDataDirectory } from './prepare.js';
export { networkSize, type NetworkSize } from './size.js';
export { packageVersion } from './train-model.js';
