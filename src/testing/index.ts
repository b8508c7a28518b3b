/** Helpers of tests: small files in the formats of the data sets, small networks and trainings. The files need Node. */
export { temporaryFolder, writeTree } from './folder.js';
export { idx, writeMnist } from './mnist.js';
export { toySequences, toyTask, type ToyOptions } from './toy-task.js';
export { harNumber, writeUciHar, type HarWindow } from './uci-har.js';
