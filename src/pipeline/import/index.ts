export { ImportError } from './errors.js';
export { importWeights, type ImportedModel, type ImportOptions } from './import.js';
export { nonlinearityNames } from './nonlinearities.js';
export { importNames, type ImportName } from './names.js';
