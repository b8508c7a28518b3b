import type { Command } from 'commander';
import { makeWakeword } from '../../pipeline/index.js';
import { allExact } from '../../report/index.js';
import { backendOption, collect, filled, wholeNumber, workersOption, type RecipeFlags } from '../options.js';
import { runSummary } from '../run-summary.js';
import { bold, dim, progressListener } from '../terminal.js';

interface WakewordFlags extends RecipeFlags {
  readonly out: string;
  readonly count: number;
  readonly clips?: string;
  readonly others?: string;
  readonly noise?: string;
}

export function addWakeword(program: Command): void {
  program
    .command('wakeword')
    .summary('a first network for a wake word, without a recording')
    .description(
      'Speaks a phrase and other things with the speech synthesisers that are installed, makes clips of them as rooms and microphones would hear them, ' +
        'trains a network of at most 1 KB, and proves it on boards. Your own recordings make it better. What was done is kept: the same command goes on.',
    )
    .argument('<phrase>', 'what is to be heard, as in "hey river"', filled)
    .requiredOption('--out <folder>', 'where clips, recipe and results go', filled)
    .option('--clips <folder>', 'recordings of the phrase, a file each', filled)
    .option('--others <folder>', 'recordings of anything else: other words, talk, television', filled)
    .option('--noise <folder>', 'recordings of noise without speech, to lie under the clips', filled)
    .option(
      '--count <n>',
      'clips of the phrase; 2.5 times as many of other speech come beside them',
      wholeNumber(20),
      2000,
    )
    .option('--seed <n>', 'the seed of clips and training', wholeNumber(0), 0)
    .addOption(workersOption())
    .addOption(backendOption())
    .option('--set <field=value>', 'change a field of the recipe; may be given again', collect, [])
    .option('--json', 'print the figures as JSON')
    .action(async (phrase: string, flags: WakewordFlags) => {
      const { folder, recipe, clips, metrics } = await makeWakeword({
        ...flags,
        phrase,
        sets: flags.set,
        listener: progressListener(),
      });
      if (!allExact(metrics.boards)) process.exitCode = 1;
      if (flags.json) return console.log(JSON.stringify({ folder, recipe, clips, metrics }, undefined, 2));
      console.log(runSummary(folder, metrics));
      console.log(
        `${bold('recipe')}  ${recipe}\n${dim('The test recordings are voices of synthesisers that the network has not heard. People are harder: record some, and give them by --clips and --others.')}`,
      );
    });
}
