import { cortexM, type BatchTarget } from './batch.js';

/** An Arduino Due: SAM3X8E, Cortex-M3 at 84 MHz. Its first bank of RAM; the simulated machine has flash at 0. */
export const sam3x: BatchTarget = {
  ...cortexM,
  part: 'a Due',
  processor: ['-mcpu=cortex-m3', '-mthumb'],
  memory: { flash: 0, flashBytes: 512 * 1024, ram: 0x20000000, ramBytes: 64 * 1024 },
};
