import path from 'node:path';
import type { Command } from 'commander';
import { absolutePath } from '#platform';
import { cacheContent, clearCache, DataError, dataArchives, defaultDataDirectory } from '../../data/index.js';
import { getArchive, type Got } from '../get/get.js';
import { bold, clearLine, table } from '../terminal.js';

interface GetFlags {
  readonly data?: string;
  readonly only?: string;
  readonly keep?: boolean;
  readonly json?: boolean;
}

/** `data get` and `data cache`. */
export function addDataGet(data: Command): void {
  data
    .command('get')
    .description(
      'Fetches the official archives of a data set, checks their checksums and unpacks them. A fetch that was interrupted goes on where it was.',
    )
    .argument('<name>', 'speech-commands or uci-har')
    .option('--only <version>', 'speech-commands: v0.01 or v0.02 (default: v0.02)')
    .option(
      '--data <folder>',
      'where to put it (default: FASTGRNN_DATA, else a folder of the cache, where runs look too)',
    )
    .option('--keep', 'keep the archives beside what they are unpacked to')
    .option('--json', 'print what was got as JSON')
    .action(get);
  data
    .command('cache')
    .description('Says what the cache of decoded sounds and features holds, or removes it.')
    .option('--clear', 'remove all of it; it is made again when it is needed')
    .option('--json', 'print it as JSON')
    .action(cache);
}

async function get(name: string, flags: GetFlags): Promise<void> {
  const { only = 'v0.02' } = flags;
  const named = dataArchives.filter((archive) => archive.name === name);
  if (named.length === 0) {
    const names = [...new Set(dataArchives.map((archive) => archive.name))];
    throw new DataError(`${name} can't be fetched; ${names.join(' and ')} can`);
  }
  const archives = named.filter(({ version }) => version === undefined || version === only);
  if (archives.length === 0) throw new DataError(`--only: there is no version ${only} of ${name}; take v0.01 or v0.02`);
  const into = absolutePath(flags.data ?? defaultDataDirectory() ?? 'data');
  const live = process.stderr.isTTY === true;
  const got: Got[] = [];
  let last = '';
  for (const archive of archives) {
    const own = await getArchive(archive, {
      into,
      keep: flags.keep === true,
      tell: (text) => {
        clearLine();
        process.stderr.write(`  ${text}\n`);
      },
      progress: (text) => {
        const step = text.replace(/: .*/, ''); // in a log, only when something else is begun
        if (live) {
          clearLine();
          process.stderr.write(text.slice(0, (process.stderr.columns ?? 100) - 1));
        } else if (step !== last) process.stderr.write(`${step}\n`);
        last = step;
      },
    });
    got.push(own);
  }
  clearLine();
  if (flags.json) return console.log(JSON.stringify({ into, archives: got }, undefined, 2));
  const state = ({ wasThere, published }: Got) =>
    wasThere ? 'was there' : published ? 'checksum right' : 'no checksum is published';
  console.log(table(got.map((own) => [own.folder, state(own), own.sha256])));
  const isDefault = flags.data === undefined;
  console.log(isDefault ? 'runs find it there' : `runs find it with --data ${into}, or FASTGRNN_DATA=${into}`);
}

async function cache(flags: { readonly clear?: boolean; readonly json?: boolean }): Promise<void> {
  const { directory, files } = await cacheContent();
  if (flags.clear) await clearCache();
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (flags.json)
    return console.log(JSON.stringify({ directory, bytes, files, cleared: flags.clear === true }, undefined, 2));
  if (directory === undefined) return console.log('there is no cache (FASTGRNN_CACHE=off)');
  const rows = ['clips', 'dataset'].map((kind) => {
    const own = files.filter(({ file }) => path.basename(file).startsWith(`${kind}-`));
    const size = own.reduce((sum, file) => sum + file.bytes, 0);
    return [kind === 'clips' ? 'decoded sounds' : 'features', `${own.length} files`, `${(size / 1e6).toFixed(0)} MB`];
  });
  console.log(
    `${bold(directory)}${flags.clear ? ', now empty; it held' : ''}\n\n${table([...rows, ['together', `${files.length} files`, `${(bytes / 1e6).toFixed(0)} MB`]])}`,
  );
}
