import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Where Debian's package arduino-core-avr puts the Arduino core. */
const hardware = '/usr/share/arduino/hardware';

/** Whether sketches can be built here (Debian: arduino-builder, arduino-core-avr); CI has to. */
export const arduinoIsThere =
  process.env.CI !== undefined || spawnSync('arduino-builder', ['-version'], { encoding: 'utf8' }).status === 0;

/**
 * Builds a sketch for an Uno by arduino-builder, the program behind the Arduino IDE: it finds the library by the sketch's includes,
 * writes the prototypes of a sketch's functions, compiles core, library and sketch, and links them.
 *
 * @param libraries the folder of the libraries, as in a sketchbook
 * @param sketch the path of an `.ino`, which lies in a folder of its name
 * @param folder for what is built; the compiled core in it is used again
 * @returns Intel HEX text
 * @throws Error with the builder's complaint, which a warning about anything but the core is, too
 */
export function buildSketch(libraries: string, sketch: string, folder: string): string {
  const cache = path.join(folder, 'cache');
  mkdirSync(cache, { recursive: true });
  const built = mkdtempSync(path.join(folder, 'build-'));
  const { status, stdout, stderr, error } = spawnSync(
    'arduino-builder',
    [
      ...['-compile', '-logger=human', '-warnings', 'all', '-fqbn', 'arduino:avr:uno'],
      ...['-hardware', hardware, '-hardware', '/usr/share/arduino-builder', '-tools', '/usr/bin'],
      ...['-libraries', libraries, '-build-path', built, '-build-cache', cache],
      // The core's Print.cpp asks for it, and avr-gcc 5 has it by another name only.
      ...['-prefs', 'compiler.cpp.extra_flags=-DDECIMAL_DIG=__DECIMAL_DIG__'],
      sketch,
    ],
    { encoding: 'utf8' },
  );
  if (error) throw error;
  const warnings = stderr.split('\n').filter((line) => line.includes('warning:') && !line.startsWith(hardware));
  if (status !== 0 || warnings.length > 0) throw new Error(`arduino-builder ${sketch}\n${stdout}\n${stderr}`);
  return readFileSync(path.join(built, `${path.basename(sketch)}.hex`), 'utf8');
}
