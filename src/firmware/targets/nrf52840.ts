import { cortexM, type BatchTarget } from './batch.js';

/** A Cortex-M4F with the memory of an nRF52840 (Arduino Nano 33 BLE), 64 MHz. */
export const nrf52840: BatchTarget = {
  ...cortexM,
  part: 'an nRF52840',
  processor: ['-mcpu=cortex-m4', '-mthumb', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16'],
  memory: { flash: 0, flashBytes: 1024 * 1024, ram: 0x20000000, ramBytes: 256 * 1024 },
};
