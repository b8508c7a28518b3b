export { analyseModel, type FinishedAnalysis } from './analyse/analyse.js';
export type { AnalyseOptions } from './analyse/options.js';
export { compareNetworks, type FinishedComparison } from './compare/compare.js';
export type { CompareOptions } from './compare/options.js';
export { networkNames, type NetworkName } from './compare/networks.js';
export { protocols, type Protocol } from './compare/protocols.js';
export { sizings, type Sizing } from './compare/sizes.js';
export type { Listener, RunEvent } from './events.js';
export {
  floatSourceOf,
  headerOptionsOf,
  proveBoards,
  soundInputsOf,
  runSequences,
  writeC,
  writeFirmware,
  writeFloatC,
  writeLibrary,
} from './firmware.js';
export {
  decode,
  encode,
  integerModel,
  normalisationFrom,
  readModel,
  type FloatModel,
  type IntegerModel,
  type Model,
  type ModelFacts,
  type ConversionOptions,
} from './models.js';
export { bootstrapUnits, headShapeOf, networkCalibration, outputsOfModel } from './evaluate.js';
export { runFolds, type FinishedFolds } from './folds.js';
export {
  importNames,
  ImportError,
  importWeights,
  nonlinearityNames,
  type ImportedModel,
  type ImportName,
  type ImportOptions,
} from './import/index.js';
export type { OpenRun, RunOptions } from './open.js';
export { runRecipe, trainRecipe, type FinishedRun, type TrainedRun } from './run.js';
export { checkDataDirectory, stackDataset, validationSplit } from './prepare.js';
export { networkSize, type NetworkSize } from './size.js';
export { severalRuns, type Trainer } from './several.js';
export { makeWakeword, type FinishedWakeword, type WakewordOptions } from './wakeword.js';
export { measureSpeeds, type Speed } from './speed.js';
export { spread, trainModel, type TrainedModel } from './train-model.js';
export { packageVersion } from './version.js';
export * from './listen/index.js';
