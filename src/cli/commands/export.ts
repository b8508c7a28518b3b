import path from 'node:path';
import { writeFile } from '#platform';
import { Option, type Command } from 'commander';
import { ExportError, picoUf2, unoImage, type Optimize } from '../../firmware/index.js';
import type { IntegerNetwork } from '../../integer/index.js';
import { integerModel, readModel, writeC, writeFloatC, writeLibrary } from '../../pipeline/index.js';
import { filled } from '../options.js';

const targets = ['c', 'arduino', 'c-float', 'hex', 'uf2', 'onnx'] as const;
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
    .summary('write C99 source, an Arduino library, an image for a board, or ONNX')
    .description(
      'Writes a model as C99 (one header, one source, test vectors), as a library for Arduino, PlatformIO, CMake and Zephyr with examples, ' +
        'as C99 in float32 for parts with a floating-point unit (c-float, of a float model), ' +
        'as an image that needs no compiler: hex for an Arduino Uno, uf2 for a Raspberry Pi Pico, ' +
        'or as ONNX for other programs: a float model in float32, an integer one by its int8 weights.',
    )
    .argument('<model>', 'a model file', filled)
    .addOption(new Option('--target <name>', 'what to write').choices(targets).makeOptionMandatory())
    .option(
      '--prefix <name>',
      "begins every name in the C, or is the ONNX file's; an image has no names (default: model)",
    )
    .addOption(
      new Option(
        '--optimize <goal>',
        'what the C does on AVR: few bytes of flash, or few cycles (default: size)',
      ).choices(['size', 'speed']),
    )
    .option('--out <folder>', 'where it goes', filled, '.')
    .option('--json', 'print the files as JSON')
    .action(async (file: string, flags: ExportFlags) => {
      const tell = (names: readonly string[]) => {
        const paths = names.map((name) => path.join(flags.out, name));
        console.log(flags.json ? JSON.stringify({ files: paths }, undefined, 2) : paths.join('\n'));
      };
      const image = images[flags.target];
      if (image && flags.prefix !== undefined) {
        process.stderr.write('--prefix does nothing here: an image has no names\n');
      }
      if (flags.optimize !== undefined && (image || flags.target === 'onnx' || flags.target === 'c-float')) {
        const what = image
          ? 'an image is not compiled'
          : flags.target === 'onnx'
            ? 'ONNX is not compiled for AVR'
            : 'float C has one form';
        process.stderr.write(`--optimize does nothing here: ${what}\n`);
      }
      const model = await readModel(file);
      const { prefix = 'model', out } = flags;
      if (flags.target === 'onnx') {
        // Loaded here, since no other command needs it.
        const { toOnnx } = await import('../../interchange/index.js');
        const name = `${prefix}.onnx`;
        await writeFile(path.join(out, name), toOnnx(model));
        tell([name]);
        return;
      }
      if (flags.target === 'c-float') {
        if (model.kind !== 'float') {
          throw new ExportError(
            `${file} is an integer model, whose C is exact in integers (--target c); float C is made of the float model that it was converted from`,
          );
        }
        tell(await writeFloatC(model, prefix, out));
        return;
      }
      const { network, facts } = integerModel(model);
      let files: string[];
      if (image) {
        files = [image.file];
        await writeFile(path.join(out, image.file), await image.make(network));
      } else {
        const write = flags.target === 'arduino' ? writeLibrary : writeC;
        files = await write(network, facts, prefix, out, flags.optimize);
      }
      tell(files);
    });
}
