export { paperSize, type CountedMatrix, type PaperSize } from './size.js';
export { hardThreshold, keptEntries } from './threshold.js';
