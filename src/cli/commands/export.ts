import path from 'node:path';
import { writeFile } from '#platform';
import { Option, type Command } from 'commander';
import { unoImage } from '../../firmware/index.js';
import { integerModel, readModel, writeC } from '../../pipeline/index.js';
import { filled } from '../options.js';

export function addExport(program: Command): void {
  program
    .command('export')
    .summary('write C99 source or an Uno image')
    .description(
      'Writes a model as C99 (one header, one source, test vectors), or as a hex image for an Arduino Uno that needs no compiler.',
    )
    .argument('<model>', 'a model file', filled)
    .addOption(new Option('--target <name>', 'what to write').choices(['c', 'hex']).makeOptionMandatory())
    .option('--prefix <name>', 'begins every name in the C; an image has no names (default: model)')
    .option('--out <folder>', 'where it goes', filled, '.')
    .option('--json', 'print the files as JSON')
    .action(async (file: string, flags: { target: 'c' | 'hex'; prefix?: string; out: string; json?: boolean }) => {
      if (flags.target === 'hex' && flags.prefix !== undefined) {
        process.stderr.write('--prefix does nothing here: an image has no names\n');
      }
      const { network, facts } = integerModel(await readModel(file));
      let files: string[];
      if (flags.target === 'c') files = await writeC(network, facts, flags.prefix ?? 'model', flags.out);
      else {
        files = ['uno.hex'];
        await writeFile(path.join(flags.out, 'uno.hex'), (await unoImage(network)).hex);
      }
      const paths = files.map((name) => path.join(flags.out, name));
      console.log(flags.json ? JSON.stringify({ files: paths }, undefined, 2) : paths.join('\n'));
    });
}
