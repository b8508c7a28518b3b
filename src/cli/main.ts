#!/usr/bin/env node
import { HostError } from '#platform';
import { Command, CommanderError } from 'commander';
import { DataError } from '../data/index.js';
import { ExportError, ImageError } from '../firmware/index.js';
import { IntegerNetworkError } from '../integer/index.js';
import { KernelError } from '../kernels/index.js';
import { ArchitectureError, ModelFileError } from '../network/index.js';
import { packageVersion } from '../pipeline/index.js';
import { RecipeError } from '../recipe/index.js';
import { TrainingError } from '../training/index.js';
import { addData } from './commands/data.js';
import { addDoctor } from './commands/doctor.js';
import { addEvaluate } from './commands/evaluate.js';
import { addExport } from './commands/export.js';
import { addInspect } from './commands/inspect.js';
import { addInteger } from './commands/integer.js';
import { addRun } from './commands/run.js';
import { addSimulate } from './commands/simulate.js';
import { addTrain } from './commands/train.js';

/** What can go wrong for reasons outside this program: told in one line. Anything else is a bug and shows its stack. */
const told = [
  HostError,
  RecipeError,
  DataError,
  ModelFileError,
  ArchitectureError,
  IntegerNetworkError,
  ExportError,
  ImageError,
  KernelError,
  TrainingError,
];

const program = new Command('fastgrnn')
  .description(
    'Recurrent networks of a few kilobytes, from labelled recordings to firmware that is proven bit for bit.',
  )
  .version(await packageVersion())
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 a check failed (a board differs), 2 wrong input or a failure, 130 stopped by Ctrl-C.',
  )
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });
for (const add of [addRun, addTrain, addInteger, addEvaluate, addInspect, addExport, addSimulate, addData, addDoctor])
  add(program);
for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);

process.once('SIGINT', () => {
  process.stderr.write('\nstopped; the same command goes on after the last finished epoch\n');
  process.exit(130);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (told.some((kind) => error instanceof kind)) {
    process.stderr.write(`fastgrnn: ${(error as Error).message}\n`);
    process.exitCode = 2;
  } else {
    process.stderr.write('fastgrnn: this is a bug, please report it with what follows\n');
    throw error;
  }
}
