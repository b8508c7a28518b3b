export { datasetNames } from './benchmarks.js';
export { makeDataset, type Dataset } from './dataset.js';
export { describeDataset, verifyDataset, type DatasetCheck, type FileCheck } from './describe.js';
export { DataError } from './errors.js';
export { loadDataset, type LoadOptions } from './load.js';
export { selectSequences, sharedInt16, stackFrames, type Sequences } from './sequences.js';
export type { DatasetDescription, DataSettings } from './source.js';
export { splitValidation, type SplitOptions } from './splits.js';
