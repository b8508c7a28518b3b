import path from 'node:path';
import { writeFile } from '#platform';
import { Option, type Command } from 'commander';
import { picoUf2, unoImage, type Optimize } from '../../firmware/index.js';
import type { IntegerNetwork } from '../../integer/index.js';
import { integerModel, readModel, writeC, writeLibrary } from '../../pipeline/index.js';
import { filled } from '../options.js';

const targets = ['c', 'arduino', 'hex', 'uf2'] as const;
type Target = (typeof targets)[number];

interface ExportFlags {
  readonly target: Target;
  readonly prefix?: string;
  readonly optimize?: Optimize;
  readonly out: string;
  readonly json?: boolean;
}

/** Targets that need no compiler. */
const images: Partial<
  Record<Target, { readonly file: string; make(network: IntegerNetwork): Promise<Uint8Array | string> }>
> = {
  hex: { file: 'uno.hex', make: async (network) => (await unoImage(network)).hex },
  uf2: { file: 'pico.uf2', make: picoUf2 },
};

export function addExport(program: Command): void {
  program
    .command('export')
    .summary('write C99 source, an Arduino library, or an image for a board')
    .description(
      'Writes a model as C99 (one header, one source, test vectors), as a library for Arduino, PlatformIO, CMake and Zephyr with examples, ' +
        'or as an image that needs no compiler: hex for an Arduino Uno, uf2 for a Raspberry Pi Pico.',
    )
    .argument('<model>', 'a model file', filled)
    .addOption(new Option('--target <name>', 'what to write').choices(targets).makeOptionMandatory())
    .option('--prefix <name>', 'begins every name in the C; an image has no names (default: model)')
    .addOption(
      new Option(
        '--optimize <goal>',
        'what the C does on AVR: few bytes of flash, or few cycles (default: size)',
      ).choices(['size', 'speed']),
    )
    .option('--out <folder>', 'where it goes', filled, '.')
    .option('--json', 'print the files as JSON')
    .action(async (file: string, flags: ExportFlags) => {
      const image = images[flags.target];
      if (image && flags.prefix !== undefined) {
        process.stderr.write('--prefix does nothing here: an image has no names\n');
      }
      if (image && flags.optimize !== undefined) {
        process.stderr.write('--optimize does nothing here: an image is not compiled\n');
      }
      const { network, facts } = integerModel(await readModel(file));
      const { prefix = 'model', out } = flags;
      let files: string[];
      if (image) {
        files = [image.file];
        await writeFile(path.join(out, image.file), await image.make(network));
      } else {
        const write = flags.target === 'arduino' ? writeLibrary : writeC;
        files = await write(network, facts, prefix, out, flags.optimize);
      }
      const paths = files.map((name) => path.join(out, name));
      console.log(flags.json ? JSON.stringify({ files: paths }, undefined, 2) : paths.join('\n'));
    });
}
