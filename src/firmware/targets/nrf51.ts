import { cortexM, type BatchTarget } from './batch.js';

/** A BBC micro:bit: nRF51822, Cortex-M0 at 16 MHz. */
export const nrf51: BatchTarget = {
  ...cortexM,
  part: 'a micro:bit',
  processor: ['-mcpu=cortex-m0', '-mthumb'],
  memory: { flash: 0, flashBytes: 256 * 1024, ram: 0x20000000, ramBytes: 16 * 1024 },
};
