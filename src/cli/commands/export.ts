import path from 'node:path';
import { writeFile } from '#platform';
import { Option, type Command } from 'commander';
import { picoUf2, unoImage } from '../../firmware/index.js';
import { integerModel, readModel, writeC } from '../../pipeline/index.js';
import { filled } from '../options.js';

export function addExport(program: Command): void {
  program
    .command('export')
    .summary('write C99 source, or an image for a board')
    .description(
      'Writes a model as C99 (one header, one source, test vectors), or as an image that needs no compiler: hex for an Arduino Uno, uf2 for a Raspberry Pi Pico.',
    )
    .argument('<model>', 'a model file', filled)
    .addOption(new Option('--target <name>', 'what to write').choices(['c', 'hex', 'uf2']).makeOptionMandatory())
    .option('--prefix <name>', 'begins every name in the C; an image has no names (default: model)')
    .option('--out <folder>', 'where it goes', filled, '.')
    .option('--json', 'print the files as JSON')
    .action(
      async (file: string, flags: { target: 'c' | 'hex' | 'uf2'; prefix?: string; out: string; json?: boolean }) => {
        if (flags.target !== 'c' && flags.prefix !== undefined) {
          process.stderr.write('--prefix does nothing here: an image has no names\n');
        }
        const { network, facts } = integerModel(await readModel(file));
        let files: string[];
        if (flags.target === 'c') files = await writeC(network, facts, flags.prefix ?? 'model', flags.out);
        else {
          const image = flags.target === 'hex' ? (await unoImage(network)).hex : await picoUf2(network);
          files = [flags.target === 'hex' ? 'uno.hex' : 'pico.uf2'];
          await writeFile(path.join(flags.out, files[0]), image);
        }
        const paths = files.map((name) => path.join(flags.out, name));
        console.log(flags.json ? JSON.stringify({ files: paths }, undefined, 2) : paths.join('\n'));
      },
    );
}
