import { cortexM, type BatchTarget } from './batch.js';

/** An Arduino MKR1000: SAMD21G18A, Cortex-M0+ at 48 MHz. */
export const samd21: BatchTarget = {
  ...cortexM,
  part: 'an MKR1000',
  processor: ['-mcpu=cortex-m0plus', '-mthumb'],
  memory: { flash: 0, flashBytes: 256 * 1024, ram: 0x20000000, ramBytes: 32 * 1024 },
};
