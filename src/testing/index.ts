/** Helpers of tests: small files in the formats of the data sets, small trainings. */
export { writeCsv, type CsvOptions } from './csv.js';
export { damaged, errorOf } from './damage.js';
export { temporaryFolder, writeTree } from './folder.js';
export { idx, writeMnist } from './mnist.js';
export { npy, zip } from './npy.js';
export { toySequences, toyTask, type ToyOptions } from './toy-task.js';
export { harNumber, writeUciHar, type HarWindow } from './uci-har.js';
export { synthesisersThere } from './synthesisers.js';
export { goldenSound, goldenSounds, wave } from './sounds.js';
export { tar } from './tar.js';
