// Builds the committed generic runtimes in firmware/ from their C sources:
//   node tools/build-runtimes.mjs           writes runtime.hex and runtime.json, and of cells that are run gate by gate gated.hex and
//                                           gated.json, into firmware/avr and firmware/rp2040, and
//                                           firmware/packed.h, of what src/firmware/packed/ says about each layout in C
//   node tools/build-runtimes.mjs --check   exits 1 when the committed files are not what the sources give
// Needs Debian's gcc-avr 1:5.4.0, binutils-avr and avr-libc, and gcc-arm-none-eabi 15:12.2: other versions give other bytes.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packedLayouts } from '../dist/firmware/index.js';

const firmware = fileURLToPath(new URL('../firmware/', import.meta.url));

function run(command, args) {
  try {
    return execFileSync(command, args, { cwd: firmware, encoding: 'utf8' });
  } catch (error) {
    if (error.code === 'ENOENT') {
      console.error(
        `${command} not found; install it: apt-get install gcc-avr binutils-avr avr-libc gcc-arm-none-eabi`,
      );
      process.exit(2);
    }
    throw error;
  }
}

/** Addresses by name. */
function symbolsOf(nm, elf) {
  const words = run(nm, [elf])
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return new Map(words.filter(({ length }) => length === 3).map(([address, , name]) => [name, parseInt(address, 16)]));
}

/** How many bytes of RAM a runtime keeps free for its stack. */
function stackReserve(source) {
  return Number(/STACK_RESERVE = (\d+)/.exec(readFileSync(join(firmware, source), 'utf8'))[1]);
}

/** The generic runtimes, and the C that runs their networks. */
const runtimes = { runtime: 'network.c', gated: 'gated.c' };

/** The files of a board's runtime: name to text. */
function buildAvr(directory, runtime) {
  const elf = join(directory, 'runtime.elf');
  const hex = join(directory, 'runtime.hex');
  const flags =
    '-mmcu=atmega328p -std=c99 -O2 -Wall -Wextra -Wconversion -Werror -ffunction-sections -fdata-sections -nostartfiles -Wl,--gc-sections -Wl,--relax';
  const sources = ['avr/main.c', 'avr/runtime.c', runtimes[runtime], 'explain.c', 'avr/rows.S'];
  run('avr-gcc', [...flags.split(' '), '-o', elf, ...sources]);
  run('avr-objcopy', ['-O', 'ihex', elf, hex]);
  const symbols = symbolsOf('avr-nm', elf);
  const description = {
    compiler: run('avr-gcc', ['--version']).split('\n')[0],
    blobAddress: symbols.get('__data_load_end'),
    staticBytes: symbols.get('__heap_start') - 0x800100,
    stackReserve: stackReserve('avr/runtime.c'),
  };
  return {
    [`avr/${runtime}.hex`]: readFileSync(hex, 'utf8').replaceAll('\r\n', '\n'),
    [`avr/${runtime}.json`]: `${JSON.stringify(description, null, 2)}\n`,
  };
}

/** The boot ROM starts no other second stage than one with the right checksum in its last four bytes. */
function checkBoot2(elf, file) {
  run('arm-none-eabi-objcopy', ['-O', 'binary', '-j', '.boot2', elf, file]);
  const bytes = readFileSync(file);
  let crc = 0xffffffff; // CRC-32/MPEG-2
  for (const byte of bytes.subarray(0, 252)) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  if (bytes.length !== 256 || bytes.readUInt32LE(252) !== crc >>> 0) {
    console.error(`firmware/rp2040/boot2.S must end with the checksum 0x${(crc >>> 0).toString(16)}`);
    process.exit(1);
  }
}

function buildPico(directory, runtime) {
  const elf = join(directory, 'pico.elf');
  const hex = join(directory, 'pico.hex');
  const flags =
    '-mcpu=cortex-m0plus -mthumb -std=c99 -O2 -Wall -Wextra -Wconversion -Werror -ffreestanding -ffunction-sections -fdata-sections -nostdlib -Wl,--gc-sections,--no-warn-rwx-segments,--build-id=none -T rp2040/link.ld';
  const sources = ['rp2040/boot2.S', 'rp2040/board.c', 'rp2040/runtime.c', 'serve.c', runtimes[runtime], 'explain.c'];
  run('arm-none-eabi-gcc', [...flags.split(' '), '-o', elf, ...sources, '-lgcc']);
  run('arm-none-eabi-objcopy', ['-O', 'ihex', elf, hex]);
  checkBoot2(elf, join(directory, 'boot2.bin'));
  const symbols = symbolsOf('arm-none-eabi-nm', elf);
  const description = {
    compiler: run('arm-none-eabi-gcc', ['--version']).split('\n')[0],
    blobAddress: symbols.get('program_end'),
    staticBytes: symbols.get('bss_end') - symbols.get('data_start'),
    stackReserve: stackReserve('rp2040/runtime.c'),
  };
  return {
    [`rp2040/${runtime}.hex`]: readFileSync(hex, 'utf8').replaceAll('\r\n', '\n'),
    [`rp2040/${runtime}.json`]: `${JSON.stringify(description, null, 2)}\n`,
  };
}

/** The layouts' rows in C, for all but AVR, as exported C has them. */
function packedHeader() {
  const rows = Object.entries(packedLayouts).map(([form, { c }]) =>
    c.replaceAll('FUNCTION', `${form}_row`).replaceAll('READ(', 'READ8('),
  );
  return `/* Rows of packed matrices, for rows.h. Written by tools/build-runtimes.mjs of src/firmware/packed/, which says what they look like. */
#ifndef FASTGRNN_PACKED_H
#define FASTGRNN_PACKED_H

${rows.join('\n')}
#endif
`;
}

/** Writes a file of firmware/, or compares. */
function settle(name, text) {
  const file = join(firmware, name);
  if (!check) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`firmware/${name} is not what its sources give; run npm run build:runtimes`);
    process.exitCode = 1;
  }
}

const check = process.argv.includes('--check');
const directory = mkdtempSync(join(tmpdir(), 'fastgrnn-runtimes-'));
try {
  settle('packed.h', packedHeader());
  for (const runtime of Object.keys(runtimes)) {
    const files = { ...buildAvr(directory, runtime), ...buildPico(directory, runtime) };
    for (const [name, text] of Object.entries(files)) settle(name, text);
  }
} finally {
  rmSync(directory, { recursive: true });
}
