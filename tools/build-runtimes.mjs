// Builds the committed generic runtimes in firmware/ from their C sources:
//   node tools/build-runtimes.mjs           writes firmware/avr/runtime.hex and runtime.json
//   node tools/build-runtimes.mjs --check   exits 1 when the committed files are not what the sources give
// Needs Debian's gcc-avr 1:5.4.0, binutils-avr and avr-libc: other versions give other bytes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const firmware = fileURLToPath(new URL('../firmware/', import.meta.url));

function run(command, args) {
  try {
    return execFileSync(command, args, { cwd: firmware, encoding: 'utf8' });
  } catch (error) {
    if (error.code === 'ENOENT') {
      console.error(`${command} not found; install it: apt-get install gcc-avr binutils-avr avr-libc`);
      process.exit(2);
    }
    throw error;
  }
}

/** The files of a board's runtime: name to text. */
function buildAvr(directory) {
  const elf = join(directory, 'runtime.elf');
  const hex = join(directory, 'runtime.hex');
  const flags =
    '-mmcu=atmega328p -std=c99 -O2 -Wall -Wextra -Wconversion -Werror -ffunction-sections -fdata-sections -Wl,--gc-sections -Wl,--relax';
  const sources = ['avr/main.c', 'avr/runtime.c', 'network.c', 'avr/rows.S'];
  run('avr-gcc', [...flags.split(' '), '-o', elf, ...sources]);
  run('avr-objcopy', ['-O', 'ihex', elf, hex]);
  const symbols = new Map(
    run('avr-nm', [elf])
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((words) => words.length === 3)
      .map(([address, , name]) => [name, parseInt(address, 16)]),
  );
  const description = {
    compiler: run('avr-gcc', ['--version']).split('\n')[0],
    blobAddress: symbols.get('__data_load_end'),
    staticBytes: symbols.get('__heap_start') - 0x800100,
    stackReserve: Number(/STACK_RESERVE = (\d+)/.exec(readFileSync(join(firmware, 'avr/runtime.c'), 'utf8'))[1]),
  };
  return {
    'avr/runtime.hex': readFileSync(hex, 'utf8').replaceAll('\r\n', '\n'),
    'avr/runtime.json': `${JSON.stringify(description, null, 2)}\n`,
  };
}

const check = process.argv.includes('--check');
const directory = mkdtempSync(join(tmpdir(), 'fastgrnn-runtimes-'));
try {
  for (const [name, text] of Object.entries(buildAvr(directory))) {
    const file = join(firmware, name);
    if (!check) writeFileSync(file, text);
    else if (readFileSync(file, 'utf8') !== text) {
      console.error(`firmware/${name} is not what its sources give; run node tools/build-runtimes.mjs`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(directory, { recursive: true });
}
