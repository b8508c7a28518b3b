import { HostError } from '#platform';
import { Command, CommanderError } from 'commander';
import { AnalysisError } from '../analysis/index.js';
import { DataError } from '../data/index.js';
import { DetectorError } from '../detector/index.js';
import { ExportError, ImageError } from '../firmware/index.js';
import { FlashError } from '../flash/index.js';
import { IntegerNetworkError } from '../integer/index.js';
import { KernelError } from '../kernels/index.js';
import { ArchitectureError, ModelFileError } from '../network/index.js';
import { ImportError, packageVersion } from '../pipeline/index.js';
import { RecipeError } from '../recipe/index.js';
import { TrainingError } from '../training/index.js';
import { addAnalyse } from './commands/analyse.js';
import { addCompare } from './commands/compare.js';
import { addData } from './commands/data.js';
import { addDoctor } from './commands/doctor.js';
import { addEvaluate } from './commands/evaluate.js';
import { addExport } from './commands/export.js';
import { addFlash } from './commands/flash.js';
import { addImport } from './commands/import.js';
import { addInit } from './commands/init.js';
import { addInspect } from './commands/inspect.js';
import { addInteger } from './commands/integer.js';
import { addRun } from './commands/run.js';
import { addSimulate } from './commands/simulate.js';
import { addTrain } from './commands/train.js';
import { addWakeword } from './commands/wakeword.js';
import { clearLine } from './terminal.js';

/** What can go wrong for reasons outside this program: told in one line. Anything else is a bug and shows its stack. */
const told = [
  HostError,
  AnalysisError,
  RecipeError,
  DataError,
  DetectorError,
  ModelFileError,
  ArchitectureError,
  IntegerNetworkError,
  ExportError,
  ImportError,
  ImageError,
  FlashError,
  KernelError,
  TrainingError,
];

const commands = [
  addRun,
  addInit,
  addTrain,
  addInteger,
  addEvaluate,
  addImport,
  addInspect,
  addExport,
  addSimulate,
  addWakeword,
  addCompare,
  addAnalyse,
  addFlash,
  addData,
  addDoctor,
];

/** All commands with their arguments and options. */
export async function commandLineProgram(): Promise<Command> {
  const program = new Command('fastgrnn')
    .description(
      'Recurrent networks of a few kilobytes, from labelled recordings to firmware that is proven bit for bit.',
    )
    .version(packageVersion())
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 a check failed (a board differs), 2 wrong input or a failure, 130 stopped by Ctrl-C.',
    )
    .exitOverride()
    .configureOutput({ outputError: () => undefined }); // told below, in one line
  for (const add of commands) add(program);
  return program;
}

/** Runs a command line, without the program's name. Failures are told on standard error; `process.exitCode` says how it went. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const program = await commandLineProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    clearLine();
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return;
      if (error.code !== 'commander.help') process.stderr.write(`fastgrnn: ${misuse(error, program, args)}\n`);
    } else if (told.some((kind) => error instanceof kind)) {
      process.stderr.write(`fastgrnn: ${(error as Error).message}\n`);
    } else {
      const what = error instanceof Error ? error.stack : String(error);
      process.stderr.write(`fastgrnn: this is a bug, please report it with what follows\n${what}\n`);
    }
    process.exitCode = 2;
  }
}

/** What the parser found wrong, on one line, and where help is. */
function misuse(error: CommanderError, program: Command, args: readonly string[]): string {
  const what = error.message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replaceAll(/\s*\n\s*/g, ' ');
  const command = program.commands.find((candidate) => candidate.name() === args[0]);
  return `${what}; see fastgrnn ${command ? `${command.name()} ` : ''}--help`;
}
