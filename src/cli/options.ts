import { InvalidArgumentError, Option, type Command } from 'commander';
import { BACKENDS, type Backend } from '../kernels/index.js';

/** Collects `--set k=v` given more than once. */
export function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

/** A path or name that isn't empty, for commander. */
export function filled(text: string): string {
  if (text === '') throw new InvalidArgumentError('it must not be empty.');
  return text;
}

/** A whole number of at least `least`, for commander. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`it must be a whole number of at least ${least}.`);
    }
    return value;
  };
}

/** Paths that aren't empty, one after the other. */
export function filledPaths(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, filled(text)];
}

/** A number above 0, for commander. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('it must be a number above 0.');
  }
  return value;
}

/** What `run` and `train` are told. */
export interface RecipeFlags {
  readonly data?: string;
  readonly seed?: number;
  readonly workers?: number;
  readonly backend: Backend;
  readonly fma?: boolean;
  readonly set: string[];
  readonly out?: string;
  readonly json?: boolean;
}

/** In how many threads a training runs. */
export function workersOption(): Option {
  const text = 'threads (default: one a core); the result is the same for any number';
  return new Option('--workers <n>', text).argParser(wholeNumber(1));
}

/** Where a training's kernels run. */
export function backendOption(): Option {
  return new Option('--backend <name>', 'where the kernels run; the result is the same')
    .choices(BACKENDS)
    .default('auto');
}

/** The argument and options that commands with a recipe share. `out` is where results go unless said. */
export function recipeOptions(command: Command, out = 'runs/<recipe>-<seed>'): Command {
  return command
    .argument('<recipe>', 'a shipped recipe by name, or a recipe file', filled)
    .option('--data <folder>', 'the folder of data sets (default: the environment variable FASTGRNN_DATA)', filled)
    .option('--seed <n>', "the seed, in place of the recipe's", wholeNumber(0))
    .addOption(workersOption())
    .addOption(backendOption())
    .option('--fma', 'fuse products and sums in native kernels: faster; another machine may then give other weights')
    .option('--set <field=value>', 'change a field of the recipe; may be given again', collect, [])
    .option('--out <folder>', `where the results go (default: ${out})`, filled)
    .option('--json', 'print the figures as JSON');
}

/** Texts with commas between, for commander. */
export function listOf(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) throw new InvalidArgumentError('it must be names with commas between, none empty.');
  return parts;
}

/** Numbers with commas between, each from `least` to `most`, for commander. */
export function numbersOf(least: number, most: number, whole: boolean): (text: string) => number[] {
  return (text) =>
    listOf(text).map((part) => {
      const value = Number(part);
      if (!Number.isFinite(value) || value < least || value > most || (whole && !Number.isInteger(value))) {
        throw new InvalidArgumentError(
          `${part} is none of the ${whole ? 'whole ' : ''}numbers from ${least} to ${most} that it must list, with commas between.`,
        );
      }
      return value;
    });
}
