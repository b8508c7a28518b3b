import type { BatchTarget } from './batch.js';

/** RV32IMC with the memory of an ESP32-C3 (160 MHz): 4 MB of flash, 400 KB of RAM. */
export const rv32imcTarget: BatchTarget = {
  part: 'an ESP32-C3',
  compiler: 'riscv64-unknown-elf-gcc',
  package: 'gcc-riscv64-unknown-elf',
  processor: ['-march=rv32imc', '-mabi=ilp32'],
  start: 'batch/riscv.c',
  memory: { flash: 0x80000000, flashBytes: 4 * 1024 * 1024, ram: 0x80800000, ramBytes: 400 * 1024 },
};
