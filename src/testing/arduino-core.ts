import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Where Debian's package arduino-core-avr puts what the Arduino IDE uses. */
const platform = '/usr/share/arduino/hardware/arduino/avr';
const core = path.join(platform, 'cores/arduino');

/** Whether sketches can be built here; CI has to. */
export const arduinoCoreIsThere =
  process.env.CI !== undefined || (existsSync(core) && spawnSync('avr-g++', ['--version']).status === 0);

/** The flags of platform.txt for an Uno, with all warnings as errors in what is ours. DECIMAL_DIG: the core needs it with avr-gcc 5. */
const machine =
  '-mmcu=atmega328p -DF_CPU=16000000L -DARDUINO=10819 -DARDUINO_AVR_UNO -DARDUINO_ARCH_AVR -DDECIMAL_DIG=__DECIMAL_DIG__';
const common = `-c -g -Os -ffunction-sections -fdata-sections -flto ${machine}`.split(' ');
const cFlags = [...common, '-std=gnu11', '-fno-fat-lto-objects'];
const cppFlags = [...common, ...'-std=gnu++11 -fpermissive -fno-exceptions -fno-threadsafe-statics'.split(' ')];
const strict = ['-Wall', '-Wextra', '-Werror'];

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stderr}`);
}

/** Compiles one file into a folder; the object's path. */
function compile(file: string, folder: string, includes: readonly string[], warnings: readonly string[]): string {
  const object = path.join(folder, `${path.basename(file)}.o`);
  const where = includes.map((include) => `-I${include}`);
  // A sketch is C++ whose name says otherwise.
  const source = file.endsWith('.ino') ? ['-x', 'c++', file] : [file];
  const flags = /\.(c|S)$/.test(file) ? cFlags : cppFlags;
  run(/\.(c|S)$/.test(file) ? 'avr-gcc' : 'avr-g++', [...flags, ...warnings, ...where, ...source, '-o', object]);
  return object;
}

/**
 * What the IDE does for an Uno: the core into `core.a`, the library, the sketch, linked together.
 *
 * @param library the library's folder
 * @param sketch the path of an `.ino` inside it
 * @param folder for objects; the core's archive in it is used again
 * @returns Intel HEX text
 */
export function buildSketch(library: string, sketch: string, folder: string): string {
  const includes = [core, path.join(platform, 'variants/standard')];
  const archive = path.join(folder, 'core.a');
  if (!existsSync(archive)) {
    mkdirSync(path.join(folder, 'core'), { recursive: true });
    const sources = readdirSync(core).filter((name) => /\.(c|cpp|S)$/.test(name));
    const objects = sources.map((name) => compile(path.join(core, name), path.join(folder, 'core'), includes, ['-w']));
    run('avr-gcc-ar', ['rcs', archive, ...objects]);
  }
  const own = [...includes, path.join(library, 'src')];
  const parts = readdirSync(path.join(library, 'src')).filter((name) => /\.(c|cpp|S)$/.test(name));
  const objects = [sketch, ...parts.map((name) => path.join(library, 'src', name))].map((file) =>
    compile(file, folder, own, strict),
  );
  const elf = path.join(folder, 'sketch.elf');
  const link = `-Wall -Wextra -Os -g -flto -fuse-linker-plugin -Wl,--gc-sections -mmcu=atmega328p -o ${elf}`.split(' ');
  run('avr-gcc', [...link, ...objects, archive, '-lm']);
  run('avr-objcopy', ['-O', 'ihex', '-R', '.eeprom', elf, path.join(folder, 'sketch.hex')]);
  return readFileSync(path.join(folder, 'sketch.hex'), 'utf8');
}
