import path from 'node:path';
import { writeFile } from '#platform';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { modelBytes } from '../../firmware/index.js';
import { ModelFileError } from '../../network/index.js';
import { encode, integerModel, networkSize, readModel } from '../../pipeline/index.js';
import { filled } from '../options.js';
import { table } from '../terminal.js';

interface Flags {
  readonly out?: string;
  readonly margin?: number;
  readonly sumBits?: string;
  readonly weightBits?: string;
  readonly indices?: 'byte' | 'bitmap' | 'delta';
  readonly json?: boolean;
}

export function addInteger(program: Command): void {
  program
    .command('integer')
    .summary('convert a float model to an integer one')
    .description(
      'Converts a float model to int8 weights and int16 values, by the ranges that were measured when it was trained.',
    )
    .argument('<model>', 'a float model file', filled)
    .option('--out <file>', 'where it goes (default: integer.safetensors beside the model)', filled)
    .option('--margin <x>', "headroom on the largest values seen (default: the recipe's integer.margin)", marginOf)
    .addOption(
      new Option('--sum-bits <n>', "bits that hold every row's sum (default: the recipe's integer.sumBits)").choices([
        '32',
        '24',
      ]),
    )
    .addOption(
      new Option('--weight-bits <n>', "bits of a weight (default: the recipe's integer.weightBits)").choices([
        '8',
        '4',
      ]),
    )
    .addOption(
      new Option(
        '--indices <kind>',
        "how the places of nonzeros are stored (default: the recipe's integer.indices)",
      ).choices(['byte', 'bitmap', 'delta']),
    )
    .option('--json', 'print the figures as JSON')
    .action(async (file: string, flags: Flags) => {
      const out = flags.out ?? path.join(path.dirname(file), 'integer.safetensors');
      const given = await readModel(file);
      if (given.kind === 'integer')
        throw new ModelFileError(`${file} is an integer model already; give the float one, model.safetensors`);
      const model = integerModel(given, {
        margin: flags.margin,
        indices: flags.indices,
        ...(flags.sumBits && { sumBits: flags.sumBits === '24' ? 24 : 32 }),
        ...(flags.weightBits && { weightBits: flags.weightBits === '4' ? 4 : 8 }),
      });
      await writeFile(out, await encode(model));
      const paperBytes = networkSize(model.network, model.facts.architecture).paper.bytes;
      const figures = { model: out, paperBytes, modelBytes: modelBytes(model.network) };
      if (flags.json) console.log(JSON.stringify(figures, undefined, 2));
      else
        console.log(
          table([
            ['model', out],
            ['size', `${paperBytes} bytes in the paper's accounting, ${figures.modelBytes} bytes linked`],
          ]),
        );
    });
}

/** Headroom, for commander. */
export function marginOf(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 1000)) throw new InvalidArgumentError('it must be a number from 1 to 1000.');
  return value;
}
