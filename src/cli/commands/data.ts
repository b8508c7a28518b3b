import type { Command } from 'commander';
import { dataArchives, datasetNames, describeDataset, verifyDataset } from '../../data/index.js';
import { checkDataDirectory } from '../../pipeline/index.js';
import { bad, bold, good, table } from '../terminal.js';
import { addDataGet } from './data-get.js';

export function addData(program: Command): void {
  const data = program.command('data').summary('the data sets').description('The data sets that recipes can name.');
  data
    .command('list')
    .description('Lists the data sets.')
    .option('--json', 'print them as JSON')
    .action((flags: { json?: boolean }) => {
      const all = datasetNames.map((name) => describeDataset(name));
      if (flags.json) return console.log(JSON.stringify(all, undefined, 2));
      console.log(
        table([
          ['name', 'training', 'test', 'steps', 'channels', 'classes', ''],
          ...all.map((d) => [
            d.name,
            String(d.train),
            String(d.test),
            String(d.steps),
            String(d.features),
            String(d.classes),
            d.title,
          ]),
          ['folder', '', '', '', '', '', 'a folder of your own recordings, of which fastgrnn init writes a recipe'],
        ]),
      );
    });
  addDataGet(data);
  data
    .command('info')
    .description(
      'Says where a data set comes from and checks its files against their checksums. Exits with 1 when one is missing or differs.',
    )
    .argument('<name>', 'a data set')
    .option('--data <folder>', 'the folder of data sets (default: the environment variable FASTGRNN_DATA)')
    .option('--json', 'print it as JSON')
    .action(async (name: string, flags: { data?: string; json?: boolean }) => {
      const description = describeDataset(name);
      await checkDataDirectory(flags.data);
      const check = await verifyDataset(name, { dataDirectory: flags.data });
      if (check.directory === undefined || check.files.some((file) => file.status !== 'right')) process.exitCode = 1;
      const archives = dataArchives.filter((archive) => archive.name === name);
      if (flags.json) return console.log(JSON.stringify({ ...description, archives, check }, undefined, 2));
      const { title, origin, licence, citation, split, train, test, get } = description;
      const files =
        check.directory === undefined
          ? [['files', bad(`not found; ${get}`)]]
          : check.files.map(({ file, status }) => [file, status === 'right' ? good('right') : bad(status)]);
      console.log(
        `${bold(title)}\n\n${table([
          ['origin', origin],
          ['licence', licence],
          ['cite', citation],
          ['split', `${split} (${train} to train on, ${test} to test on)`],
          ...archives.map(({ url, sha256 }) => [
            'archive',
            `${url}\n  SHA-256 ${sha256 ?? '(none is published)'}`.replace('\n ', ','),
          ]),
          ...(check.directory === undefined ? [] : [['folder', check.directory]]),
        ])}\n\n${table(files)}`,
      );
    });
}
