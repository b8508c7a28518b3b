import { joinPath, kindOf, readFile, sha256 } from '#platform';
import { DataError } from '../../errors.js';
import type { DataSettings } from '../../source.js';
import type { SpeechLayout, SpeechPart, SpeechSubset } from './layout.js';
import { packedLayout } from './packed.js';
import type { SpeechClasses } from './words.js';

export const getSpeech =
  'fetch speech_commands_v0.02.tar.gz, unpack it to DIR/speech-commands and pass --data DIR (or set FASTGRNN_DATA)';

const layouts: readonly SpeechLayout[] = [packedLayout];

/** The folder of Speech Commands, how it is laid out, and what of it is read. */
export interface FoundSpeech {
  readonly folder: string;
  readonly layout: SpeechLayout;
  readonly classes: SpeechClasses;
  readonly subset: SpeechSubset;
}

/** Where Speech Commands lies in the folder of data sets; undefined where it isn't there. */
export async function speechDirectory(dataDirectory: string | undefined): Promise<string | undefined> {
  if (dataDirectory === undefined) return undefined;
  for (const name of ['speech-commands', 'speech_commands_v0.02', 'speech_commands_v0.01']) {
    const folder = joinPath(dataDirectory, name);
    if ((await kindOf(folder)) === 'directory') return folder;
  }
  return undefined;
}

/** @throws DataError where the folder is missing, unknown, or has too few clips for the classes */
export async function findSpeech(
  dataDirectory: string | undefined,
  { classes = 'google12', subset = 'all' }: Pick<DataSettings, 'classes' | 'subset'>,
): Promise<FoundSpeech> {
  const folder = await speechDirectory(dataDirectory);
  if (folder === undefined) {
    throw new DataError(
      dataDirectory === undefined
        ? `speech-commands: no data folder was named; ${getSpeech}`
        : `speech-commands: there is no ${joinPath(dataDirectory, 'speech-commands')}; ${getSpeech}`,
    );
  }
  for (const layout of layouts) {
    if (!(await layout.isThere(folder))) continue;
    if (layout.classes.includes(classes)) return { folder, layout, classes, subset };
    throw new DataError(
      `data.classes: ${classes}, but ${folder} has clips for ${layout.classes.join(', ')} alone; ${getSpeech}`,
    );
  }
  throw new DataError(`speech-commands: ${folder} holds neither archives nor the unpacked words; ${getSpeech}`);
}

/** SHA-256 by file of what is read of some parts. */
export async function hashSpeech(
  { folder, layout, subset }: FoundSpeech,
  parts: readonly SpeechPart[],
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const file of layout.files(parts, subset)) files[file] = await sha256(await readFile(joinPath(folder, file)));
  return files;
}
