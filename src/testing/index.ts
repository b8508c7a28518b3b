/** Helpers of tests: small files in the formats of the data sets, in temporary folders. Node only. */
export { temporaryFolder, writeTree } from './folder.js';
export { idx, writeMnist } from './mnist.js';
export { harNumber, writeUciHar, type HarWindow } from './uci-har.js';
