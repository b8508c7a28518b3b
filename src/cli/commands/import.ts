import { writeFile } from '#platform';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  encode,
  importNames,
  importWeights,
  nonlinearityNames,
  type ImportedModel,
  type ImportName,
  type ImportOptions,
} from '../../pipeline/index.js';
import { filled, listOf, wholeNumber } from '../options.js';
import { table } from '../terminal.js';
import { architectureLine, importTables } from './describe.js';
import { marginOf } from './integer.js';

interface Flags {
  readonly out: string;
  readonly map?: Partial<Record<ImportName, string>>;
  readonly transpose: 'auto' | 'yes' | 'no';
  readonly factors: 'auto' | 'paper' | 'product' | 'edgeml';
  readonly transposeClassifier: 'auto' | 'yes' | 'no';
  readonly scalars: 'auto' | 'raw' | 'sigmoid';
  readonly gate?: string;
  readonly update?: string;
  readonly head: 'softmax' | 'sigmoid';
  readonly output: 'last' | 'every' | 'mean';
  readonly lsb?: number[];
  readonly normaliseOverSteps?: boolean;
  readonly classes?: string[];
  readonly channels?: string[];
  readonly units?: string[];
  readonly data?: string;
  readonly steps?: number;
  readonly margin?: number;
  readonly json?: boolean;
}

export function addImport(program: Command): void {
  const yesNo = ['auto', 'yes', 'no'];
  program
    .command('import')
    .summary('make a model of weights that another program trained')
    .description(
      'Makes a float model of a network that another program trained: cells of EdgeML, or nn.RNN, nn.GRU and nn.LSTM of PyTorch with a linear layer, from a .safetensors or .npz file or a folder of .npy files.',
    )
    .argument('<path>', 'the file or folder with the weights', filled)
    .addOption(new Option('--out <file>', 'where the model goes').makeOptionMandatory().argParser(filled))
    .option('--map <ours=theirs>', `what a tensor is called there; ours: ${importNames.join(', ')}`, mapOf)
    .addOption(
      new Option('--transpose <how>', 'whether W and U are stored [inputs, hidden]').choices(yesNo).default('auto'),
    )
    .addOption(
      new Option('--factors <how>', 'low rank, not transposed: W is W1 W2ᵀ, W1 W2 or W2 W1')
        .choices(['auto', 'paper', 'product', 'edgeml'])
        .default('auto'),
    )
    .addOption(
      new Option('--transpose-classifier <how>', 'whether the classifier is stored [hidden, classes]')
        .choices(yesNo)
        .default('auto'),
    )
    .addOption(
      new Option('--scalars <form>', 'zeta, nu, alpha and beta before (raw) or after their sigmoid')
        .choices(['auto', 'raw', 'sigmoid'])
        .default('auto'),
    )
    .addOption(nonlinearity('--gate', "the gate's nonlinearity (default: sigmoid)"))
    .addOption(nonlinearity('--update', "the candidate state's nonlinearity (default: tanh)"))
    .addOption(
      new Option('--head <kind>', 'one class, or any of several labels')
        .choices(['softmax', 'sigmoid'])
        .default('softmax'),
    )
    .addOption(
      new Option('--output <state>', 'which state the classifier reads')
        .choices(['last', 'every', 'mean'])
        .default('last'),
    )
    .option('--lsb <x,…>', 'what one int16 count of the inputs is, for all channels or one a channel', lsbOf)
    .option('--normalise-over-steps', 'take mean and std that differ from step to step together')
    .option('--classes <a,b,…>', 'the names of the classes', listOf)
    .option('--channels <a,b,…>', 'the names of the channels', listOf)
    .option('--units <a,b,…>', 'the physical units of the channels', listOf)
    .option('--data <recipe|folder>', 'recordings to find the ranges of values with (default: made-up inputs)', filled)
    .option('--steps <n>', 'time steps of a recording (default: those of --data, else 100)', wholeNumber(1))
    .option('--margin <x>', "headroom on the largest values seen (default: the recipe's integer.margin)", marginOf)
    .option('--json', 'print what was taken as JSON')
    .action(async (path: string, flags: Flags) => {
      const { out, json, gate, update, ...options } = flags;
      const made = await importWeights(path, {
        ...options,
        ...(gate === undefined ? {} : { gate: nonlinearityNames[gate] }),
        ...(update === undefined ? {} : { update: nonlinearityNames[update] }),
      } satisfies ImportOptions);
      await writeFile(out, await encode(made.model));
      for (const warning of made.warnings) process.stderr.write(`warning: ${warning}\n`);
      console.log(json ? JSON.stringify(asJson(made, out), undefined, 2) : told(made, out));
    });
}

function asJson({ model, imported, warnings }: ImportedModel, out: string): object {
  return { model: out, architecture: model.facts.architecture, imported, warnings };
}

function told({ model, imported }: ImportedModel, out: string): string {
  return [
    table([
      ['model', out],
      ['network', architectureLine(model.facts.architecture)],
    ]),
    ...importTables(imported),
  ].join('\n\n');
}

function nonlinearity(name: string, description: string): Option {
  return new Option(`${name} <name>`, description).choices(Object.keys(nonlinearityNames));
}

function mapOf(
  text: string,
  earlier: Partial<Record<ImportName, string>> | undefined,
): Partial<Record<ImportName, string>> {
  const [ours = '', theirs = ''] = text.split(/=(.*)/s);
  const known = importNames.find((name) => name === ours);
  if (known === undefined || theirs === '') {
    throw new InvalidArgumentError(`it must be ours=theirs, ours one of ${importNames.join(', ')}.`);
  }
  return { ...earlier, [known]: theirs };
}

function lsbOf(text: string): number[] {
  const values = listOf(text).map(Number);
  if (values.every((value) => Number.isFinite(value) && value > 0)) return values;
  throw new InvalidArgumentError('it must be a number above 0, or one a channel with commas between.');
}
